import { h } from "../element.ts";
import { type Stand, slot, textOf } from "./stand.ts";

/** A dialog of the browser: it holds the focus, ends with Escape, and gives the focus back. */
export const MODAL: Stand = {
  style: `
    dialog { border: 0; border-radius: .75rem; padding: 1rem; max-width: min(32rem, calc(100vw - 2rem)); color: inherit; box-shadow: 0 1rem 3rem rgb(0 0 0 / 35%); }
    dialog::backdrop { background: rgb(0 0 0 / 50%); }
    h2 { font-size: 1.1rem; font-weight: 650; margin: 0 0 .75rem; }
    footer { display: flex; flex-wrap: wrap; gap: .5rem; justify-content: flex-end; margin-top: 1rem; }
  `,
  build(host, root) {
    const heading = textOf(host, "heading");
    const dialog = h(
      "dialog",
      { "aria-label": heading, onclose: () => host.dispatchEvent(new Event("afterhide")) },
      h("h2", {}, heading),
      slot(),
      h("footer", {}, slot("secondary-actions"), slot("primary-action")),
    ) as HTMLDialogElement;
    root.append(dialog);
    Object.assign(host, { showOverlay: () => dialog.showModal(), hideOverlay: () => dialog.close() });
    return undefined;
  },
};
