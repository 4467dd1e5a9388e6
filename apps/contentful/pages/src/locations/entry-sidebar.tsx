import type { SidebarAppSDK } from "@contentful/app-sdk";
import { Button } from "@contentful/f36-button";
import { useEffect } from "react";
import type { Wish } from "../api/calls.ts";
import { AssetCard } from "../assets/asset-card.tsx";
import { wishFor } from "../assets/wishes.ts";
import { useLinkedAssets } from "../entry/use-linked-assets.ts";
import { useApp } from "../shared/app-context.tsx";
import { ProblemNote } from "../shared/problem-note.tsx";
import { useLoad } from "../shared/use-load.ts";
import { useWork } from "../shared/use-work.ts";
import { Waiting } from "../shared/waiting.tsx";

/** Beside an entry: the pictures that it shows, by locale, and what can be done about them. */
export function EntrySidebar({ sdk }: { readonly sdk: SidebarAppSDK }) {
  const { calls } = useApp();
  const linked = useLinkedAssets(sdk);
  const ids = linked.map(({ asset }) => asset);
  const { value: assets, problem, isLoading, reload } = useLoad(ids.join(" "), () => calls.assets(ids));
  const work = useWork();
  useEffect(() => sdk.window.startAutoResizer(), [sdk]);
  useEffect(() => {
    // The SDK tells at once what is so already.
    let isAttached = false;
    const end = sdk.entry.onSysChanged(() => {
      if (isAttached) void reload();
    });
    isAttached = true;
    return end;
  }, [sdk, reload]);

  if (linked.length === 0) return <p className="quiet">This entry shows no assets yet.</p>;
  const known = assets?.filter(({ asset }) => ids.includes(asset)) ?? [];
  if (known.length === 0 && isLoading) return <Waiting what="Looking for the entry's pictures …" />;
  const published = known.filter(({ files }) => files.length > 0).map(({ asset }) => asset);
  const all = (wish: Wish) =>
    work.start(wish, async (signal) => {
      const sentence = await wishFor(calls, wish, published, signal);
      await reload();
      return sentence;
    });

  return (
    <>
      {problem && <ProblemNote problem={problem} again={() => void reload()} />}
      {published.length > 1 && (
        <div className="gap-below">
          <div className="row">
            {(["purge", "re-version"] as const).map((wish) => (
              <Button
                key={wish}
                size="small"
                variant="primary"
                isLoading={work.running === wish}
                isDisabled={work.running !== undefined}
                onClick={() => all(wish)}
              >
                {wish === "purge" ? "Purge all" : "New version of all"}
              </Button>
            ))}
          </div>
          <div role="status" className="outcome wrap">
            {work.running !== undefined ? "Under way …" : work.result}
          </div>
          {work.problem && <ProblemNote problem={work.problem} />}
        </div>
      )}
      {known.map((asset) => {
        const place = linked.find((each) => each.asset === asset.asset);
        const where = place && `${place.fields.join(", ")} · ${place.locales.join(", ")}`;
        return (
          <AssetCard
            key={asset.asset}
            asset={asset}
            {...(where !== undefined && { where })}
            reload={reload}
            open={{
              label: "Open",
              run: () =>
                void sdk.navigator.openAsset(asset.asset, { slideIn: { waitForClose: true } }).then(reload),
            }}
          />
        );
      })}
      <Button size="small" variant="transparent" isLoading={isLoading} onClick={() => void reload()}>
        Look again
      </Button>
    </>
  );
}
