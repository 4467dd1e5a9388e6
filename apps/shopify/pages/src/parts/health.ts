import type { HealthAnswer, ShopAnswer } from "../../../src/api/answers.ts";
import { h } from "../element.ts";
import { countOf, countText } from "../format.ts";

/** What has to be said before anything else; nothing where all is well. */
export function healthBanner(
  shop: ShopAnswer,
  health: HealthAnswer,
  isAtSwitch = false,
): readonly HTMLElement[] {
  if (health.state === "attention")
    return [
      h(
        "s-banner",
        { tone: "warning", heading: "Something needs attention", "data-state": "attention" },
        h(
          "s-unordered-list",
          {},
          health.notes.map((note) => h("s-list-item", {}, note)),
        ),
      ),
    ];
  if (!shop.is_on)
    return [
      h(
        "s-banner",
        { tone: "info", heading: "Freshet is switched off", "data-state": "off" },
        h("s-paragraph", {}, "Visitors see Shopify's own pictures. "),
        !isAtSwitch &&
          h(
            "s-button",
            { slot: "secondary-actions", href: "/app/delivery", "data-key": "switch" },
            "Switch it on",
          ),
      ),
    ];
  if (health.state === "behind")
    return [
      h(
        "s-banner",
        { tone: "info", heading: "Changes are on their way", "data-state": "behind" },
        h("s-paragraph", {}, behindText(health)),
      ),
    ];
  return [];
}

function behindText({ jobs, lag_ms }: HealthAnswer): string {
  const waiting = jobs === 0 ? "" : `${countOf(jobs, "look")} at Shopify waiting. `;
  const lag =
    lag_ms === 0 ? "" : `The oldest change waits for ${countText(Math.ceil(lag_ms / 1_000))} seconds.`;
  return `${waiting}${lag}` || "They are done in a moment.";
}
