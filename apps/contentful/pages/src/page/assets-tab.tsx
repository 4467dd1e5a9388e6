import type { PageAppSDK } from "@contentful/app-sdk";
import { Button } from "@contentful/f36-button";
import { FormControl, Select, TextInput } from "@contentful/f36-forms";
import { useState } from "react";
import type { Wish } from "../api/calls.ts";
import { ASSET_STATES, type Asset } from "../api/shapes.ts";
import { wishFor } from "../assets/wishes.ts";
import { toLook } from "../choose/invocation.ts";
import { useApp } from "../shared/app-context.tsx";
import { ProblemNote } from "../shared/problem-note.tsx";
import { count } from "../shared/texts.ts";
import { usePages } from "../shared/use-pages.ts";
import { useWork } from "../shared/use-work.ts";
import { Waiting } from "../shared/waiting.tsx";
import { AssetTable } from "./asset-table.tsx";
import { findAssets } from "./find-assets.ts";

const LABELS: Readonly<Record<Wish, string>> = {
  purge: "Purge",
  "re-version": "New version",
  block: "Block",
  unblock: "Unblock",
};

/** Assets that the connector knows, to look at and to do something about many at once. */
export function AssetsTab({ sdk }: { readonly sdk: PageAppSDK }) {
  const { calls, status } = useApp();
  const [state, setState] = useState("");
  const [text, setText] = useState("");
  const [sought, setSought] = useState("");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const list = usePages<Asset>(`${state} ${sought}`, async (after) => {
    if (sought !== "") {
      const assets = await findAssets(sdk, calls, sought);
      return { items: state === "" ? assets : assets.filter((each) => each.state === state), next: null };
    }
    const { assets, next } = await calls.listAssets({
      ...(state !== "" && { state }),
      ...(after !== undefined && { after }),
    });
    return { items: assets, next };
  });
  const work = useWork();
  const selected = list.items.filter(({ asset }) => chosen.has(asset)).map(({ asset }) => asset);

  const look = (asset: string) => {
    void sdk.dialogs
      .openCurrentApp({
        title: "Picture",
        width: "fullWidth",
        minHeight: "70vh",
        parameters: toLook(asset),
      })
      .then(list.reload);
  };
  const act = async (wish: Wish) => {
    if (wish === "block") {
      const isSure = await sdk.dialogs.openConfirm({
        ...{ title: `Block ${count(selected.length, "asset")}`, intent: "negative", confirmLabel: "Block" },
        message: 'Visitors get "410 Gone" until somebody unblocks them; publishing does not.',
      });
      if (!isSure) return;
    }
    work.start(wish, async (signal) => {
      const sentence = await wishFor(calls, wish, selected, signal);
      setChosen(new Set());
      await list.reload();
      return sentence;
    });
  };
  const wishes: readonly Wish[] = status.can.administer
    ? ["purge", "re-version", "block", "unblock"]
    : ["purge", "re-version"];

  return (
    <>
      <form
        className="row top"
        onSubmit={(event) => {
          event.preventDefault();
          setSought(text.trim());
        }}
      >
        <FormControl marginBottom="none" className="grow">
          <FormControl.Label>Search in Contentful</FormControl.Label>
          <TextInput
            type="search"
            value={text}
            placeholder="Title or file name"
            onChange={({ target }) => {
              setText(target.value);
              if (target.value === "") setSought("");
            }}
          />
        </FormControl>
        <FormControl marginBottom="none">
          <FormControl.Label>State</FormControl.Label>
          <Select value={state} onChange={({ target }) => setState(target.value)}>
            <Select.Option value="">Every state</Select.Option>
            {ASSET_STATES.map((each) => (
              <Select.Option key={each} value={each}>
                {each}
              </Select.Option>
            ))}
          </Select>
        </FormControl>
        <Button type="submit" className="beside-label">
          Search
        </Button>
      </form>
      <div className="row gap-above">
        {wishes.map((wish) => (
          <Button
            key={wish}
            size="small"
            variant={wish === "block" ? "negative" : "secondary"}
            isLoading={work.running === wish}
            isDisabled={selected.length === 0 || work.running !== undefined}
            onClick={() => void act(wish)}
          >
            {LABELS[wish]}
          </Button>
        ))}
        <span className="quiet">{selected.length > 0 && `${selected.length} chosen`}</span>
      </div>
      <div role="status" className="outcome wrap">
        {work.running !== undefined ? "Under way …" : work.result}
      </div>
      {work.problem && <ProblemNote problem={work.problem} />}
      {list.problem && <ProblemNote problem={list.problem} again={() => void list.reload()} />}
      {list.items.length === 0 && list.isLoading && <Waiting what="Looking for assets …" />}
      {list.items.length === 0 && !list.isLoading && !list.problem && (
        <p className="quiet">
          {sought === "" && state === ""
            ? "No asset is known yet: publish one, or compare."
            : "There are none of these."}
        </p>
      )}
      {list.items.length > 0 && (
        <AssetTable assets={list.items} chosen={chosen} onChoose={setChosen} onLook={look} />
      )}
      {list.hasMore && (
        <Button isLoading={list.isLoading} onClick={() => void list.more()} className="gap-above">
          More
        </Button>
      )}
    </>
  );
}
