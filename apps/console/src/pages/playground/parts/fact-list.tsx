import type { Kind } from "../../../pieces/kind.ts";
import { StatusBadge } from "../../../pieces/status-badge.tsx";
import { type OriginalFacts, savingOf, type Tier } from "../facts.ts";
import { writeBytes, writeMs, writeShare, writeSize } from "../format.ts";
import type { Shown } from "../picture.ts";
import classes from "./fact-list.module.css";

const TIERS: Readonly<Record<Tier, { readonly name: string; readonly kind: Kind }>> = {
  memory: { name: "From memory", kind: "good" },
  disk: { name: "From disk", kind: "good" },
  shared: { name: "From the shared cache", kind: "good" },
  unmodified: { name: "Not modified", kind: "good" },
  rendered: { name: "Rendered now", kind: "busy" },
  original: { name: "The original's own bytes", kind: "idle" },
  failed: { name: "Placeholder", kind: "bad" },
  unknown: { name: "Unknown", kind: "idle" },
};

type Line = readonly [name: string, value: React.ReactNode];

function Lines({ lines }: { readonly lines: readonly Line[] }) {
  return (
    <dl className={classes.list}>
      {lines.map(([name, value]) => (
        <div key={name} className={classes.line}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** What is known of an original. */
export function OriginalFactList({ facts }: { readonly facts: OriginalFacts }) {
  const { format, bytes, width, height, pages = 1, alpha } = facts;
  return (
    <Lines
      lines={[
        ...(width && height ? [["Size", writeSize(width, height)] as const] : []),
        ...(bytes === undefined ? [] : [["Bytes", writeBytes(bytes)] as const]),
        ...(format === undefined
          ? []
          : [
              [
                "Format",
                `${format.toUpperCase()}${pages > 1 ? `, ${pages} frames` : ""}${alpha ? ", transparent" : ""}`,
              ] as const,
            ]),
      ]}
    />
  );
}

/** What is known of what was delivered. `isOld`: another one is on its way. */
export function DeliveredFacts({ shown, isOld }: { readonly shown: Shown; readonly isOld: boolean }) {
  const { facts, bytes, ms, width, height } = shown;
  const { tier, serverMs, format, cacheControl, original, ignored } = facts;
  if (tier === "failed") return null;
  const saving = savingOf(bytes, original?.bytes);
  return (
    <div aria-live="polite" data-old={isOld || undefined} className={classes.facts}>
      <Lines
        lines={[
          ["Size", width > 0 ? writeSize(width, height) : "unknown"],
          [
            "Bytes",
            <span key="bytes">
              {writeBytes(bytes)}
              {saving !== undefined && (
                <span className={saving >= 0 ? classes.less : classes.more}>
                  {saving >= 0 ? ` ${writeShare(saving)} less` : ` ${writeShare(-saving)} more`}
                </span>
              )}
            </span>,
          ],
          ["Format", format?.toUpperCase() ?? "unknown"],
          ["Time", `${writeMs(ms)}${serverMs === undefined ? "" : ` (server ${writeMs(serverMs)})`}`],
          [
            "From",
            <StatusBadge key="tier" kind={TIERS[tier].kind}>
              {TIERS[tier].name}
            </StatusBadge>,
          ],
          ...(cacheControl === undefined ? [] : [["Kept", lifetimeOf(cacheControl)] as const]),
          ...(ignored.length === 0 ? [] : [["Not followed", ignored.join(", ")] as const]),
        ]}
      />
    </div>
  );
}

/** `Cache-Control` in words, as far as it is one of ours. */
function lifetimeOf(cacheControl: string): string {
  if (/no-store/.test(cacheControl)) return "by nobody";
  const seconds = Number(/max-age=(\d+)/.exec(cacheControl)?.[1] ?? Number.NaN);
  if (!Number.isFinite(seconds)) return cacheControl;
  if (/immutable/.test(cacheControl)) return "by browsers for a year, without asking again";
  const [count, unit] =
    seconds >= 172_800
      ? [Math.round(seconds / 86_400), "day"]
      : seconds >= 7_200
        ? [Math.round(seconds / 3_600), "hour"]
        : seconds >= 120
          ? [Math.round(seconds / 60), "minute"]
          : [seconds, "second"];
  const format = new Intl.NumberFormat(undefined, { style: "unit", unit: String(unit), unitDisplay: "long" });
  return `by browsers for ${format.format(Number(count))}`;
}
