import { type Child, h } from "../element.ts";

/** One column; `as` is what becomes of it where the screen is too narrow for a table. */
export interface Column {
  readonly name: string;
  readonly as: "primary" | "secondary" | "inline" | "kicker" | "labeled";
}

/** Where one is in a list that is given out page by page. */
export interface Paging {
  readonly onNext: (() => void) | undefined;
  readonly onBack: (() => void) | undefined;
}

export function table(
  columns: readonly Column[],
  rows: readonly (readonly Child[])[],
  paging?: Paging,
): HTMLElement {
  return h(
    "s-table",
    {
      variant: "auto",
      paginate: paging?.onNext !== undefined || paging?.onBack !== undefined,
      hasnextpage: paging?.onNext !== undefined,
      haspreviouspage: paging?.onBack !== undefined,
      onnextpage: () => paging?.onNext?.(),
      onpreviouspage: () => paging?.onBack?.(),
      "data-key": "table",
    },
    h(
      "s-table-header-row",
      {},
      columns.map(({ name, as }) => h("s-table-header", { listslot: as }, name)),
    ),
    h(
      "s-table-body",
      {},
      rows.map((cells) =>
        h(
          "s-table-row",
          {},
          cells.map((cell, at) => h("s-table-cell", { "data-label": columns[at]?.name ?? "" }, cell)),
        ),
      ),
    ),
  );
}

/** Goes forth and back through pages that know only their next one. */
export function createTurning(turned: () => void) {
  const behind: (string | undefined)[] = [];
  let here: string | undefined;
  return {
    cursor: () => here,
    isFirst: () => behind.length === 0,
    reset() {
      behind.length = 0;
      here = undefined;
    },
    paging: (next: string | null): Paging => ({
      onNext:
        next === null
          ? undefined
          : () => {
              behind.push(here);
              here = next;
              turned();
            },
      onBack:
        behind.length === 0
          ? undefined
          : () => {
              here = behind.pop();
              turned();
            },
    }),
  };
}
