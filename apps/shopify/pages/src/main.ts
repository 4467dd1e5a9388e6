import { hasBridge } from "./bridge.ts";
import { h } from "./element.ts";
import { standIn } from "./fallback/stand-in.ts";
import { changesPage } from "./pages/changes.ts";
import { deliveryPage } from "./pages/delivery.ts";
import { homePage } from "./pages/home.ts";
import { imagePage } from "./pages/image.ts";
import { imagesPage } from "./pages/images.ts";
import { type Page, startRouter } from "./router.ts";

/** Pages by their address. The first one that fits is shown. */
const PAGES: readonly (readonly [RegExp, Page])[] = [
  [/^\/(?:app\/?)?$/, homePage],
  [/^\/app\/images\/?$/, imagesPage],
  [/^\/app\/images\/[0-9a-f]{16}$/, imagePage],
  [/^\/app\/changes\/?$/, changesPage],
  [/^\/app\/delivery\/?$/, deliveryPage],
];

const missingPage: Page = ({ show }) =>
  show(
    h(
      "s-page",
      { heading: "There is no such page" },
      h("s-section", {}, h("s-link", { href: "/" }, "Go to the overview")),
    ),
  );

/** App Bridge says who is asking; what keeps its script away is outside of these pages. */
const strangerPage: Page = ({ show }) =>
  show(
    h(
      "s-page",
      { heading: "Freshet" },
      h(
        "s-banner",
        { tone: "critical", heading: "Shopify's App Bridge did not load", "data-state": "problem" },
        h(
          "s-paragraph",
          {},
          "Without it Shopify does not say who you are. Open the app from the Shopify admin, under Apps, and allow scripts from cdn.shopify.com in this browser.",
        ),
      ),
    ),
  );

standIn();
startRouter((path) =>
  hasBridge() ? (PAGES.find(([address]) => address.test(path))?.[1] ?? missingPage) : strangerPage,
);
