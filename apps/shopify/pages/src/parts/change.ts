import type { ChangeAnswer } from "../../../src/api/answers.ts";
import { type Child, h } from "../element.ts";
import { timeText } from "../format.ts";
import { CAUSES, KINDS } from "../words.ts";
import { stateBadge } from "./states.ts";

/** What happened: the kind, and the versions before and after. */
export const whatHappened = ({ kind, from, to }: ChangeAnswer): Child =>
  h(
    "s-stack",
    { gap: "none" },
    h("s-text", { type: "strong" }, KINDS[kind]),
    from === to || (from === null && to === null)
      ? null
      : h("s-text", { color: "subdued" }, h("code", {}, `${from ?? "none"} → ${to ?? "none"}`)),
  );

/** Who noticed, and the way to where it happened in Shopify's admin. */
export const why = ({ cause, link }: ChangeAnswer): Child =>
  h(
    "s-stack",
    { gap: "none" },
    h("s-text", {}, CAUSES[cause]),
    link !== null && h("s-link", { href: link, target: "_top" }, "In Shopify"),
  );

/** Whether it arrived everywhere, when, and what the server said of it. */
export const arrival = ({ state, done_at, remark }: ChangeAnswer): Child =>
  h(
    "s-stack",
    { gap: "none" },
    h("span", {}, stateBadge(state)),
    done_at !== null && h("s-text", { color: "subdued" }, `Everywhere at ${timeText(done_at)}`),
    remark !== null && h("s-text", { color: "subdued" }, remark),
  );
