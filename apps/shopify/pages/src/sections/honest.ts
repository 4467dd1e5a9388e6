import { h } from "../element.ts";

/** What a merchant has without this app, so that nobody expects of it what was there before. */
export const honestSection = (): HTMLElement =>
  h(
    "s-section",
    { heading: "What Shopify does by itself" },
    h(
      "s-unordered-list",
      {},
      h(
        "s-list-item",
        {},
        "It resizes pictures, chooses WebP or AVIF, and delivers them by a CDN of its own, all over the world.",
      ),
      h(
        "s-list-item",
        {},
        "Every address that a theme prints carries a version (v) that changes with the bytes. Freshet takes that same version as vh.",
      ),
    ),
    h("s-paragraph", {}, "What Freshet adds:"),
    h(
      "s-unordered-list",
      {},
      h(
        "s-list-item",
        {},
        "Crops to what stands out, filters, watermarks, and formats and qualities of your choice.",
      ),
      h(
        "s-list-item",
        {},
        "Addresses that were written down elsewhere (descriptions, feeds, mails, other shops) show the new picture as well.",
      ),
      h("s-list-item", {}, "A record of every change: who noticed it, and when it had arrived everywhere."),
    ),
    h(
      "s-paragraph",
      { color: "subdued" },
      "Files of the shop are never changed. Checkout, order status pages and e-mails stay with Shopify.",
    ),
  );
