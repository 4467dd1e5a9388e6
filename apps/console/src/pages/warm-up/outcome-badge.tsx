import type { Kind } from "../../pieces/kind.ts";
import { StatusBadge } from "../../pieces/status-badge.tsx";
import type { Outcome, WarmUp } from "./shapes.ts";

export const OUTCOME_WORDS: Readonly<Record<Outcome, { readonly kind: Kind; readonly name: string }>> = {
  waiting: { kind: "busy", name: "Waiting" },
  warm: { kind: "good", name: "Warm" },
  partly: { kind: "warn", name: "Partly warm" },
  failed: { kind: "bad", name: "Failed" },
  refused: { kind: "bad", name: "Refused" },
  stopped: { kind: "idle", name: "Stopped" },
};

/** How a URL ended. */
export function OutcomeBadge({ outcome }: { readonly outcome: Outcome }) {
  const { kind, name } = OUTCOME_WORDS[outcome];
  return <StatusBadge kind={kind}>{name}</StatusBadge>;
}

/** How a warm-up is: done is good only where every URL is warm. */
export function StateBadge({ warmUp: { state, urls } }: { readonly warmUp: WarmUp }) {
  if (state === "running") return <StatusBadge kind="busy">Running</StatusBadge>;
  if (state === "stopped") return <StatusBadge kind="idle">Stopped</StatusBadge>;
  const isGood = urls.partly + urls.failed + urls.refused === 0;
  return <StatusBadge kind={isGood ? "good" : "warn"}>{isGood ? "Done" : "Done, not all warm"}</StatusBadge>;
}
