import type { FieldAppSDK } from "@contentful/app-sdk";
import { Button } from "@contentful/f36-button";
import { Note } from "@contentful/f36-note";
import { buildDeliveryUrl } from "@freshet/core";
import { useState } from "react";
import {
  type Choice,
  choiceTransformation,
  readChoice,
  type StoredChoice,
} from "../../../src/delivery/choice.ts";
import type { Asset, AssetFile } from "../api/shapes.ts";
import { fileFor } from "../assets/thumbnail.tsx";
import { emptyChoice, toChoose } from "../choose/invocation.ts";
import { percent } from "../choose/points.ts";
import { useApp } from "../shared/app-context.tsx";
import { ProblemNote } from "../shared/problem-note.tsx";
import { StateBadge } from "../shared/state-badge.tsx";
import { useLoad } from "../shared/use-load.ts";
import { useWork } from "../shared/use-work.ts";
import { Waiting } from "../shared/waiting.tsx";
import { useField } from "./use-field.ts";

/** A JSON field: a picture with its focal point, cut and variant. */
export function JsonField({ sdk }: { readonly sdk: FieldAppSDK }) {
  const { calls } = useApp();
  const field = useField(sdk);
  const choice = readChoice(field.value);
  const {
    value: assets,
    problem,
    reload,
  } = useLoad(choice?.asset ?? "", async () => (choice === undefined ? [] : calls.assets([choice.asset])));
  const work = useWork();
  const asset = assets?.find((each) => each.asset === choice?.asset);
  const isOther = choice === undefined && field.value !== undefined && field.value !== null;
  const { locale } = sdk.field;

  const choose = () =>
    work.start("choose", async () => {
      const chosen = await sdk.dialogs.selectSingleAsset<{ readonly sys: { readonly id: string } }>({
        locale,
        mimetypeGroups: ["image"],
      });
      if (chosen) await field.set(emptyChoice(chosen.sys.id));
      return undefined;
    });
  const edit = (value: StoredChoice) =>
    work.start("edit", async () => {
      const made: unknown = await sdk.dialogs.openCurrentApp({
        ...{ title: "Focal point, crop and variants", width: "fullWidth", minHeight: "70vh" },
        parameters: toChoose(locale, value),
        shouldCloseOnEscapePress: true,
      });
      if (readChoice(made) !== undefined) await field.set(made);
      return undefined;
    });

  return (
    <>
      {isOther && (
        <Note variant="warning" className="gap-below">
          This field holds JSON that is not the app's. Choosing a picture replaces it.
        </Note>
      )}
      {problem && <ProblemNote problem={problem} again={() => void reload()} />}
      {field.problem && <ProblemNote problem={field.problem} />}
      {choice && !asset && !problem && <Waiting what="Looking for the picture …" />}
      {choice && asset && <Chosen choice={choice} asset={asset} locale={locale} />}
      {!choice && !isOther && <p className="quiet">No picture is chosen.</p>}
      <div className="row gap-above">
        {choice && (
          <Button
            size="small"
            variant="primary"
            isDisabled={field.isDisabled || work.running !== undefined || !asset?.files.length}
            onClick={() => edit(field.value as StoredChoice)}
          >
            Focal point and crop
          </Button>
        )}
        <Button size="small" isDisabled={field.isDisabled || work.running !== undefined} onClick={choose}>
          {choice ? "Choose another" : "Choose a picture"}
        </Button>
        {choice && (
          <Button
            size="small"
            variant="transparent"
            isDisabled={field.isDisabled || work.running !== undefined}
            onClick={() => void field.set(undefined)}
          >
            Remove
          </Button>
        )}
      </div>
      {work.problem && <ProblemNote problem={work.problem} />}
    </>
  );
}

function Chosen(props: { readonly choice: Choice; readonly asset: Asset; readonly locale: string }) {
  const { choice, asset, locale } = props;
  const { status } = useApp();
  const [failed, setFailed] = useState<string>();
  const file = fileFor(asset, locale);
  const url = file && previewOf(status.endpoint, file, choice);
  return (
    <div className="head">
      {url !== undefined && failed !== url && (
        <img className="preview" src={url} alt="Preview of what is chosen" onError={() => setFailed(url)} />
      )}
      <div className="grow">
        <div className="strong wrap">{asset.title ?? asset.asset}</div>
        <StateBadge state={asset.state} />
        {asset.blocks.length > 0 && <StateBadge state="blocked" />}
        <ul className="facts">
          {choice.focalPoint && (
            <li>
              Focal point {percent(choice.focalPoint.x)}%, {percent(choice.focalPoint.y)}%
            </li>
          )}
          {choice.crop && (
            <li>
              Crop {percent(choice.crop.width)}% × {percent(choice.crop.height)}%
            </li>
          )}
          {choice.query !== "" && <li className="wrap">{choice.query}</li>}
        </ul>
        {file && isOutgrown(choice, file) && (
          <Note variant="warning">
            The file has another size since it was cropped. Look at the crop again.
          </Note>
        )}
      </div>
    </div>
  );
}

function previewOf(endpoint: string, file: AssetFile, choice: Choice): string {
  const transformation = choiceTransformation({ ...choice, query: "" }, { resize: { w: 240, h: 160 } });
  return buildDeliveryUrl(endpoint, file.original, transformation, { version: file.version });
}

const isOutgrown = ({ crop, size }: Choice, { width, height }: AssetFile) =>
  crop !== undefined && (size?.width !== width || size?.height !== height);
