import type { DeliveryState } from "../../../src/api/answers.ts";
import type { Problem } from "../ask.ts";
import { type Child, h } from "../element.ts";
import { DELIVERY, type Word } from "../words.ts";

export const badge = ({ text, tone }: Word): HTMLElement => h("s-badge", { tone }, text);
export const stateBadge = (state: DeliveryState): HTMLElement => badge(DELIVERY[state]);

/** While something is asked for. */
export const loading = (what: string): HTMLElement =>
  h(
    "s-stack",
    { direction: "inline", gap: "small", alignitems: "center", "data-state": "loading" },
    h("s-spinner", { accessibilitylabel: "Loading" }),
    h("s-text", {}, `${what} …`),
  );

/** Where there is nothing to show: why, and what brings something. */
export const nothing = (heading: string, ...why: readonly Child[]): HTMLElement =>
  h(
    "s-stack",
    { gap: "small", "data-state": "empty", padding: "large" },
    h("s-heading", {}, heading),
    h("s-paragraph", {}, ...why),
  );

/** Why something cannot be shown or done, and a way to try again. */
export const problemBanner = (problem: Problem, again?: () => void): HTMLElement =>
  h(
    "s-banner",
    { tone: "critical", heading: problem.message, "data-state": "problem" },
    h(
      "s-paragraph",
      {},
      problem.detail === undefined ? "" : `${problem.detail} `,
      h("s-text", { color: "subdued" }, `Code: ${problem.code}`),
    ),
    again !== undefined &&
      h("s-button", { slot: "secondary-actions", onclick: again, "data-key": "again" }, "Try again"),
  );
