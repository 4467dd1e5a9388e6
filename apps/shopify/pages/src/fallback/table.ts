import { h } from "../element.ts";
import { type Stand, slot } from "./stand.ts";

/** The rows stay where they are, in the page; its style sheet lays them out as a table, or as a list on a narrow screen. */
export const TABLE: Stand = {
  watches: ["hasnextpage", "haspreviouspage", "paginate"],
  style: `
    :host { display: block; }
    .rows { display: table; width: 100%; border-collapse: collapse; }
    nav { display: flex; gap: .5rem; justify-content: center; padding-top: .75rem; }
    nav[hidden] { display: none; }
    button { padding: .375rem .75rem; border: 1px solid #8a8a8a; border-radius: .5rem; background: #fff; color: inherit; cursor: pointer; }
    button:disabled { color: #6b6b6b; border-color: #c9c9c9; cursor: default; }
    @media (max-width: 40rem) { .rows { display: block; } }
  `,
  build(host, root) {
    const turn = (name: string) => () => host.dispatchEvent(new Event(name));
    const back = h("button", { type: "button", onclick: turn("previouspage") }, "Newer");
    const next = h("button", { type: "button", onclick: turn("nextpage") }, "Older");
    const pager = h("nav", { "aria-label": "Pages" }, back, next);
    root.append(h("div", { class: "rows", role: "table" }, slot()), pager);
    return () => {
      pager.hidden = !host.hasAttribute("paginate");
      back.toggleAttribute("disabled", !host.hasAttribute("haspreviouspage"));
      next.toggleAttribute("disabled", !host.hasAttribute("hasnextpage"));
    };
  },
};
