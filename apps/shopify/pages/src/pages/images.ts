import type { AssetAnswer, AssetPage } from "../../../src/api/answers.ts";
import { h } from "../element.ts";
import { agoText, bytesText, sizeText } from "../format.ts";
import { loadInto } from "../parts/load.ts";
import { thumbnail } from "../parts/picture.ts";
import { nothing, stateBadge } from "../parts/states.ts";
import { type Column, createTurning, table } from "../parts/table.ts";
import { type Page, rename } from "../router.ts";
import { swap } from "../swap.ts";
import { KINDS } from "../words.ts";

const STATES = [
  ["present", "In the shop"],
  ["updating", "Updating"],
  ["failed", "Failed"],
  ["gone", "Gone from the shop"],
  ["all", "All"],
] as const;
const COLUMNS: readonly Column[] = [
  { name: "Image", as: "primary" },
  { name: "State", as: "inline" },
  { name: "Version", as: "labeled" },
  { name: "Size", as: "labeled" },
  { name: "Last change", as: "labeled" },
];
const PAGE_SIZE = 25;
const LOOK_MS = 5_000;
/** Long enough for a word to be written. */
const TYPING_MS = 250;

/** Every image of the shop: searched by name, filtered by state, page by page. */
export const imagesPage: Page = (visit) => {
  const { searchParams } = visit.url;
  const wanted = {
    state: STATES.find(([id]) => id === searchParams.get("state"))?.[0] ?? "present",
    search: searchParams.get("search")?.slice(0, 200) ?? "",
  };
  const pathOf = () => {
    const query = new URLSearchParams({ state: wanted.state, limit: String(PAGE_SIZE) });
    if (wanted.search !== "") query.set("search", wanted.search);
    const cursor = turning.cursor();
    if (cursor !== undefined) query.set("cursor", cursor);
    return `/api/assets?${query}`;
  };
  const turning = createTurning(() => list.load(pathOf()));
  const place = h("div", { class: "list", "aria-live": "polite" });
  visit.show(
    h(
      "s-page",
      { heading: "Images" },
      h(
        "s-section",
        { accessibilitylabel: "Images" },
        h(
          "div",
          { class: "filters" },
          h("s-search-field", {
            label: "Search by file name",
            placeholder: "Part of the file name",
            value: wanted.search,
            maxlength: 200,
            oninput: (event) => {
              const value = valueIn(event);
              later(() => change("search", value));
            },
          }),
          h(
            "s-select",
            { label: "State", value: wanted.state, onchange: (event) => change("state", valueIn(event)) },
            STATES.map(([id, name]) => h("s-option", { value: id, selected: id === wanted.state }, name)),
          ),
        ),
        place,
      ),
    ),
  );
  const list = loadInto<AssetPage>({
    visit,
    path: pathOf(),
    what: "Looking for images",
    put: (nodes) => swap(place, nodes),
    draw: ({ assets, cursor }) =>
      assets.length === 0 && turning.isFirst()
        ? [emptyText(wanted)]
        : [table(COLUMNS, assets.map(rowOf), turning.paging(cursor))],
  });
  visit.every(LOOK_MS, () => list.load());

  let timer: ReturnType<typeof setTimeout> | undefined;
  function later(work: () => void): void {
    clearTimeout(timer);
    timer = setTimeout(work, TYPING_MS);
  }
  function change(name: "state" | "search", value: string): void {
    if (visit.signal.aborted || wanted[name] === value) return;
    Object.assign(wanted, { [name]: value });
    const url = new URL(location.href);
    url.search = String(new URLSearchParams(Object.entries(wanted).filter(([, each]) => each !== "")));
    rename(url);
    turning.reset();
    list.load(pathOf());
  }
};

const valueIn = (event: Event): string =>
  String((event.currentTarget as { readonly value?: unknown } | null)?.value ?? "");

const rowOf = (asset: AssetAnswer) => [
  h(
    "s-stack",
    { direction: "inline", gap: "small", alignitems: "center" },
    thumbnail(asset),
    h("s-link", { href: `/app/images/${asset.id}`, "data-key": asset.id }, asset.name),
  ),
  stateBadge(asset.state),
  h("code", {}, asset.version ?? "none"),
  `${sizeText(asset.width, asset.height)}, ${bytesText(asset.bytes)}`,
  lastChange(asset),
];

const lastChange = ({ last_change, added_at }: AssetAnswer): string =>
  last_change === null
    ? `Known ${agoText(added_at)}`
    : `${KINDS[last_change.kind]} ${agoText(last_change.at)}`;

function emptyText({ state, search }: { readonly state: string; readonly search: string }): HTMLElement {
  if (search !== "")
    return nothing(
      "No image has that in its name",
      "Look for another part of the name, or in another state.",
    );
  if (state === "failed") return nothing("No change has failed", "Every change arrived everywhere.");
  if (state === "updating") return nothing("Nothing is on its way", "Every change arrived everywhere.");
  if (state === "gone")
    return nothing("No image is gone", "Images that were taken out of the shop are listed here.");
  return nothing(
    "No images yet",
    "Images of products, collections and Files appear here once the shop has any. A new shop is looked through in its first minutes.",
  );
}
