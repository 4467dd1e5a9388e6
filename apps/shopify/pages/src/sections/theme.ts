import type { ShopAnswer } from "../../../src/api/answers.ts";
import { h } from "../element.ts";

/** The way to all pictures of a theme, which an app may not go by itself. */
export function themeSection({ endpoint }: ShopAnswer): HTMLElement {
  return h(
    "s-section",
    { heading: "All pictures of a theme" },
    h(
      "s-paragraph",
      {},
      "Shopify lets no app change theme files. Whoever looks after the theme runs one command, which shows what it would change and can take it back byte for byte:",
    ),
    endpoint === null
      ? h(
          "s-paragraph",
          { color: "subdued" },
          "The command is shown here as soon as a project delivers the pictures.",
        )
      : h("pre", { class: "command", tabindex: 0, "aria-label": "Commands" }, commands(endpoint)),
    h(
      "s-paragraph",
      { color: "subdued" },
      "Before the app is removed, run “freshet-theme undo”. If nobody does, delivery URLs lead to Shopify's own pictures.",
    ),
  );
}

const commands = (endpoint: string) =>
  [
    "shopify theme pull --path theme",
    `npx freshet-theme rewrite theme --endpoint ${endpoint} --write`,
    "shopify theme push --path theme --unpublished",
  ].join("\n");
