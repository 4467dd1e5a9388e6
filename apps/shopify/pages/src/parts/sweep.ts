import type { SweepAnswer } from "../../../src/api/answers.ts";
import { h } from "../element.ts";
import { countOf, countText, timeText } from "../format.ts";

/** How far the walk over all images is, or how the last one ended. */
export function sweepLine(sweep: SweepAnswer): HTMLElement {
  return h(
    "s-stack",
    { gap: "small", "data-sweep": sweep.state },
    h("s-paragraph", {}, sweepText(sweep)),
    sweep.state === "running" &&
      sweep.total !== null &&
      sweep.total > 0 &&
      h("s-progress", { value: sweep.seen, max: sweep.total, accessibilitylabel: "Images looked through" }),
    sweep.error !== null && h("s-paragraph", { tone: "critical" }, sweep.error),
  );
}

function sweepText({ state, seen, total, changed, finished_at }: SweepAnswer): string {
  const of = total === null ? "" : ` of ${countText(total)}`;
  switch (state) {
    case "never":
      return "All images are looked through once a day; this has not happened yet.";
    case "running":
      return `All images are being looked through: ${countText(seen)}${of}, ${countText(changed)} changed.`;
    case "failed":
      return `The last look through all images stopped at ${countText(seen)}${of}.`;
    default:
      return `${countOf(seen, "image")} looked through at ${timeText(finished_at)}; ${countText(changed)} had changed.`;
  }
}
