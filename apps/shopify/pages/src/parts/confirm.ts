import { type Child, h } from "../element.ts";

/** An overlay of Polaris, as far as it is used. */
interface Overlay extends HTMLElement {
  showOverlay(): void;
  hideOverlay(): void;
}

/** Asks before something that cannot be taken back at once; `work` is done only after a yes. */
export function confirm(question: {
  readonly heading: string;
  readonly what: readonly Child[];
  readonly yes: string;
  readonly work: () => void;
}): void {
  const close = () => modal.hideOverlay();
  const modal = h(
    "s-modal",
    { id: "question", heading: question.heading, onafterhide: () => modal.remove() },
    h("s-paragraph", {}, ...question.what),
    h("s-button", { slot: "secondary-actions", onclick: close, "data-key": "no" }, "Cancel"),
    h(
      "s-button",
      {
        slot: "primary-action",
        variant: "primary",
        tone: "critical",
        "data-key": "yes",
        onclick: () => {
          close();
          question.work();
        },
      },
      question.yes,
    ),
  ) as Overlay;
  document.getElementById("overlay")?.replaceChildren(modal);
  modal.showOverlay();
}
