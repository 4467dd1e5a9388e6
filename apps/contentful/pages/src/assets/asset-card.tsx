import { Button } from "@contentful/f36-button";
import { Note } from "@contentful/f36-note";
import { Subheading } from "@contentful/f36-typography";
import { useId, useState } from "react";
import type { Wish } from "../api/calls.ts";
import type { Asset } from "../api/shapes.ts";
import { useApp } from "../shared/app-context.tsx";
import { ProblemNote } from "../shared/problem-note.tsx";
import { StateBadge } from "../shared/state-badge.tsx";
import { useWork } from "../shared/use-work.ts";
import { CodePanel } from "./code-panel.tsx";
import { FileList } from "./file-list.tsx";
import { Thumbnail } from "./thumbnail.tsx";
import { wishFor } from "./wishes.ts";

interface AssetCardProps {
  readonly asset: Asset;
  /** Where the entry shows it, such as "Hero image · de". */
  readonly where?: string;
  readonly locale?: string;
  /** Asks for the asset again. */
  readonly reload: () => Promise<void>;
  /** Opens the asset in Contentful, or something larger than the card. */
  readonly open?: { readonly label: string; readonly run: () => void };
}

/** One asset as visitors see it, with what an editor can do about it. */
export function AssetCard({ asset, where, locale, reload, open }: AssetCardProps) {
  const { calls } = useApp();
  const work = useWork();
  const [isCodeOpen, setCodeOpen] = useState(false);
  const [name, code] = [useId(), useId()];
  const title = asset.title ?? asset.asset;
  const hasFiles = asset.files.length > 0;
  const ask = (wish: Wish) =>
    work.start(wish, async (signal) => {
      const sentence = await wishFor(calls, wish, [asset.asset], signal);
      await reload();
      return sentence;
    });
  const button = (wish: Wish, label: string) => (
    <Button
      size="small"
      isLoading={work.running === wish}
      isDisabled={work.running !== undefined || !hasFiles}
      onClick={() => ask(wish)}
      aria-describedby={name}
    >
      {label}
    </Button>
  );

  return (
    <section className="card" aria-labelledby={name}>
      <div className="head">
        <Thumbnail asset={asset} {...(locale !== undefined && { locale })} />
        <div className="grow">
          <Subheading as="h2" id={name} marginBottom="none" className="wrap">
            {title}
          </Subheading>
          {where !== undefined && <div className="quiet wrap">{where}</div>}
          <StateBadge state={asset.state} />
          {asset.blocks.length > 0 && <StateBadge state="blocked" />}
        </div>
      </div>
      {asset.state === "unknown" && (
        <p className="quiet">Nothing of this asset is published here, so visitors get nothing of it.</p>
      )}
      <FileList asset={asset} />
      {asset.blocks[0] && (
        <Note variant="warning" className="gap-above">
          Visitors get "410 Gone". {asset.blocks[0].reason}
        </Note>
      )}
      <div className="row gap-above">
        {button("purge", "Purge")}
        {button("re-version", "New version")}
        {hasFiles && (
          <Button
            size="small"
            variant="transparent"
            aria-expanded={isCodeOpen}
            aria-controls={code}
            aria-describedby={name}
            onClick={() => setCodeOpen(!isCodeOpen)}
          >
            Code
          </Button>
        )}
        {open && (
          <Button size="small" variant="transparent" aria-describedby={name} onClick={open.run}>
            {open.label}
          </Button>
        )}
      </div>
      <div id={code}>{isCodeOpen && hasFiles && <CodePanel asset={asset} />}</div>
      <div role="status" className="outcome wrap">
        {work.running !== undefined ? "Under way …" : work.result}
      </div>
      {work.problem && <ProblemNote problem={work.problem} />}
    </section>
  );
}
