import type { ChangeAnswer, ChangePage } from "../../../src/api/answers.ts";
import { h } from "../element.ts";
import { timeText } from "../format.ts";
import { arrival, whatHappened, why } from "../parts/change.ts";
import { loadInto } from "../parts/load.ts";
import { nothing } from "../parts/states.ts";
import { type Column, createTurning, table } from "../parts/table.ts";
import type { Page } from "../router.ts";

const COLUMNS: readonly Column[] = [
  { name: "Image", as: "primary" },
  { name: "When", as: "secondary" },
  { name: "What", as: "labeled" },
  { name: "Why", as: "labeled" },
  { name: "Arrived", as: "labeled" },
];
const PAGE_SIZE = 25;
const LOOK_MS = 4_000;

/** What changed and why, newest first. */
export const changesPage: Page = (visit) => {
  const pathOf = () => {
    const cursor = turning.cursor();
    return `/api/changes?limit=${PAGE_SIZE}${cursor === undefined ? "" : `&cursor=${encodeURIComponent(cursor)}`}`;
  };
  const turning = createTurning(() => list.load(pathOf()));
  const list = loadInto<ChangePage>({
    visit,
    path: pathOf(),
    what: "Looking for changes",
    put: (nodes) =>
      visit.show(
        h("s-page", { heading: "Changes" }, h("s-section", { accessibilitylabel: "Changes" }, nodes)),
      ),
    draw: ({ changes, cursor }) =>
      changes.length === 0 && turning.isFirst()
        ? [
            nothing(
              "Nothing has changed yet",
              "When a picture is added, replaced or removed in the shop, it is written down here: who noticed it, and when it had arrived everywhere.",
            ),
          ]
        : [table(COLUMNS, changes.map(rowOf), turning.paging(cursor))],
  });
  visit.every(LOOK_MS, () => list.load());
};

const rowOf = (change: ChangeAnswer) => [
  change.asset === null
    ? h("s-text", {}, change.path)
    : h(
        "s-link",
        { href: `/app/images/${change.asset}`, "data-key": String(change.id) },
        nameOf(change.path),
      ),
  timeText(change.at),
  whatHappened(change),
  why(change),
  arrival(change),
];

/** The name of the file; a path that cannot be read is shown as it is. */
function nameOf(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
