import type { AssetDetail } from "../../../src/api/answers.ts";
import { ask } from "../ask.ts";
import { type Child, h } from "../element.ts";
import { bytesText, sizeText, timeText } from "../format.ts";
import { act, clicked } from "../parts/act.ts";
import { arrival, whatHappened, why } from "../parts/change.ts";
import { loadInto } from "../parts/load.ts";
import { preview } from "../parts/picture.ts";
import { nothing, stateBadge } from "../parts/states.ts";
import { type Column, table } from "../parts/table.ts";
import type { Page } from "../router.ts";

const COLUMNS: readonly Column[] = [
  { name: "When", as: "primary" },
  { name: "What", as: "labeled" },
  { name: "Why", as: "labeled" },
  { name: "Arrived", as: "labeled" },
];
const LOOK_MS = 2_000;

/** One image: what it is now, where it is shown, what happened to it. */
export const imagePage: Page = (visit) => {
  const id = visit.url.pathname.slice(visit.url.pathname.lastIndexOf("/") + 1);
  const image = loadInto<AssetDetail>({
    visit,
    path: `/api/assets/${id}`,
    what: "Looking at the image",
    put: (nodes, answer) =>
      visit.show(
        h(
          "s-page",
          { heading: answer?.name ?? "Image" },
          h("s-link", { slot: "breadcrumb-actions", href: "/app/images" }, "Images"),
          nodes,
        ),
      ),
    draw: (asset) => draw(asset, purge),
  });
  visit.every(LOOK_MS, () => image.load());
  const purge = (event: Event) =>
    void act(clicked(event), "It is being fetched anew everywhere.", () =>
      ask(`/api/assets/${id}/purge`, { method: "POST" }),
    ).then(() => image.load());
};

function draw(asset: AssetDetail, purge: (event: Event) => void): readonly Node[] {
  return [
    h(
      "s-section",
      { accessibilitylabel: "The image now" },
      h("div", { class: "image-now" }, h("div", { class: "preview" }, preview(asset)), factsOf(asset)),
      asset.state !== "gone" &&
        h(
          "s-stack",
          { direction: "inline", gap: "base" },
          h("s-button", { onclick: purge, "data-key": "purge" }, "Fetch anew everywhere"),
        ),
    ),
    h(
      "s-section",
      { heading: "Shown by" },
      asset.shown_by.length === 0
        ? h(
            "s-paragraph",
            { color: "subdued" },
            "No product that was looked at shows it. Pages and themes may.",
          )
        : h(
            "s-unordered-list",
            {},
            asset.shown_by.map(({ id, title }) => h("s-list-item", {}, productLink(asset, id, title))),
          ),
    ),
    h(
      "s-section",
      { heading: "History" },
      asset.history.length === 0
        ? nothing("Nothing has happened to it yet", "It is as it was when it was seen first.")
        : table(
            COLUMNS,
            asset.history.map((change) => [
              timeText(change.at),
              whatHappened(change),
              why(change),
              arrival(change),
            ]),
          ),
    ),
  ];
}

function factsOf(asset: AssetDetail): HTMLElement {
  const facts: readonly (readonly [string, Child])[] = [
    ["State", stateBadge(asset.state)],
    ["Version", h("code", {}, asset.version ?? "none")],
    ["Size", `${sizeText(asset.width, asset.height)}, ${bytesText(asset.bytes)}`],
    ["File", h("code", {}, asset.path)],
    ["Known since", timeText(asset.added_at)],
    ["Last changed", timeText(asset.changed_at)],
    ["Last seen in the shop", timeText(asset.seen_at)],
    ["Delivered as", asset.delivery_url === null ? "not delivered" : addressOf(asset.delivery_url)],
    ["At Shopify", addressOf(asset.url)],
  ];
  return h(
    "dl",
    { class: "facts" },
    facts.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]),
  );
}

const addressOf = (url: string) =>
  h("s-link", { href: url, target: "_blank" }, h("code", { class: "address" }, url));

/** The product in Shopify's admin; its handle stands in the links of changes. */
function productLink({ history }: AssetDetail, gid: string, title: string): Child {
  const [store] = /^https:\/\/admin\.shopify\.com\/store\/[^/]+/.exec(history[0]?.link ?? "") ?? [];
  const number = /\/Product\/(\d+)$/.exec(gid)?.[1];
  return store === undefined || number === undefined
    ? title
    : h("s-link", { href: `${store}/products/${number}`, target: "_top" }, title);
}
