import { Subheading } from "@contentful/f36-typography";
import type { Asset } from "../api/shapes.ts";
import { useApp } from "../shared/app-context.tsx";
import { ProblemNote } from "../shared/problem-note.tsx";
import { useLoad } from "../shared/use-load.ts";
import { AssetCard } from "./asset-card.tsx";
import { EventTable } from "./event-table.tsx";

/** Everything that is known of one asset: its files, the entries that show it, and what happened to it. */
export function AssetDetails({
  asset,
  reload,
}: {
  readonly asset: Asset;
  readonly reload: () => Promise<void>;
}) {
  const { calls } = useApp();
  const more = useLoad(asset.asset, async () => {
    const [uses, { events }] = await Promise.all([
      calls.usage([asset.asset]),
      calls.events({ asset: asset.asset, limit: 10 }),
    ]);
    return { uses, events };
  });
  const reloadAll = async () => {
    await Promise.all([reload(), more.reload()]);
  };
  const { uses = [], events = [] } = more.value ?? {};
  return (
    <div className="details">
      <AssetCard asset={asset} reload={reloadAll} />
      {more.problem && <ProblemNote problem={more.problem} again={() => void more.reload()} />}
      {uses.length > 0 && (
        <>
          <Subheading as="h3">Shown by</Subheading>
          <ul>
            {uses.map(({ entry, content_type }) => (
              <li key={entry} className="wrap">
                {entry} {content_type !== null && <span className="quiet">({content_type})</span>}
              </li>
            ))}
          </ul>
        </>
      )}
      {events.length > 0 && (
        <>
          <Subheading as="h3">What happened</Subheading>
          <EventTable events={events} label="Events of this asset" />
        </>
      )}
    </div>
  );
}
