import type { DialogAppSDK } from "@contentful/app-sdk";
import { Button } from "@contentful/f36-button";
import { Note } from "@contentful/f36-note";
import { Heading } from "@contentful/f36-typography";
import { useEffect, useMemo, useState } from "react";
import { type Choice, writeChoice } from "../../../src/delivery/choice.ts";
import { AssetDetails } from "../assets/asset-details.tsx";
import { fileFor } from "../assets/thumbnail.tsx";
import { Chooser } from "../choose/chooser.tsx";
import { readInvocation } from "../choose/invocation.ts";
import { useApp } from "../shared/app-context.tsx";
import { ProblemNote } from "../shared/problem-note.tsx";
import { useLoad } from "../shared/use-load.ts";
import { Waiting } from "../shared/waiting.tsx";

/** Over the rest of Contentful: focal point, crop and variants of one picture. Closes with what the field is to hold, or with nothing. */
export function Dialog({ sdk }: { readonly sdk: DialogAppSDK }) {
  const asked = useMemo(() => readInvocation(sdk.parameters.invocation), [sdk]);
  useEffect(() => sdk.window.startAutoResizer(), [sdk]);
  if (asked === undefined)
    return (
      <Note variant="negative" title="This dialog was opened without a picture">
        <Button onClick={() => sdk.close()}>Close</Button>
      </Note>
    );
  return <Picture sdk={sdk} asked={asked} />;
}

type Asked = NonNullable<ReturnType<typeof readInvocation>>;

function Picture({ sdk, asked }: { readonly sdk: DialogAppSDK; readonly asked: Asked }) {
  const { calls } = useApp();
  const { asset: id } = asked.choice;
  const { value: assets, problem, reload } = useLoad(id, () => calls.assets([id]));
  const [choice, setChoice] = useState<Choice>(asked.choice);
  const asset = assets?.[0];
  const file = asset && fileFor(asset, asked.locale);
  const close = <Button onClick={() => sdk.close()}>{asked.kind === "look" ? "Close" : "Cancel"}</Button>;
  if (problem && asset === undefined)
    return (
      <>
        <ProblemNote problem={problem} again={() => void reload()} />
        <div className="row end">{close}</div>
      </>
    );
  if (asset === undefined) return <Waiting what="Looking for the picture …" />;
  const isPicture = file?.content_type.startsWith("image/") ?? false;
  return (
    <>
      <Heading as="h2" marginBottom="spacingS" className="wrap">
        {asset.title ?? asset.asset}
      </Heading>
      {file !== undefined && isPicture ? (
        <Chooser asset={asset} file={file} choice={choice} onChange={setChoice} />
      ) : (
        <Note variant="warning">
          {file === undefined
            ? "Nothing of this asset is published yet, so there is no picture to look at. Publish it first."
            : `This file is no picture but ${file.content_type}.`}
        </Note>
      )}
      {asked.kind === "look" && <AssetDetails asset={asset} reload={reload} />}
      <div className="row end">
        {close}
        {asked.kind === "choose" && isPicture && (
          <Button variant="primary" onClick={() => sdk.close(writeChoice(choice))}>
            Use this
          </Button>
        )}
      </div>
    </>
  );
}
