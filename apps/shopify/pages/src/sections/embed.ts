import type { EmbedAnswer } from "../../../src/api/answers.ts";
import { h } from "../element.ts";
import { timeText } from "../format.ts";
import { badge } from "../parts/states.ts";
import type { Word } from "../words.ts";

const STATUS: Readonly<Record<string, Word & { readonly note: string }>> = {
  active: {
    text: "On",
    tone: "success",
    note: "Lazy pictures of the published theme come from Freshet.",
  },
  available: {
    text: "Off",
    tone: "caution",
    note: "The embed is there and not switched on. Open the theme editor, switch on “Freshet” under App embeds, and save.",
  },
  unavailable: {
    text: "Not there",
    tone: "critical",
    note: "The published theme cannot have app embeds, or the extension is not deployed.",
  },
};
const UNKNOWN: Word & { readonly note: string } = {
  text: "Unknown",
  tone: "neutral",
  note: "Shopify has not said yet whether the embed is on in the published theme.",
};

/** Whether the app embed is on in the published theme, what it does, and the way to its switch. */
export function embedSection({ status, told_at, activate_url }: EmbedAnswer): HTMLElement {
  const { note, ...word } = STATUS[status ?? ""] ?? UNKNOWN;
  return h(
    "s-section",
    { heading: "App embed" },
    h(
      "s-stack",
      { direction: "inline", gap: "small", alignitems: "center" },
      h("s-text", { type: "strong" }, "In the published theme"),
      badge(word),
    ),
    h("s-paragraph", {}, note),
    h(
      "s-paragraph",
      { color: "subdued" },
      "The embed brings pictures with loading=“lazy”, and those of lazy loaders. What the browser loads at once it has asked Shopify for before any script can run, so the embed leaves that alone.",
    ),
    h(
      "s-stack",
      { direction: "inline", gap: "base", alignitems: "center" },
      h("s-button", { href: activate_url, target: "_top", "data-key": "editor" }, "Theme editor"),
      told_at !== null && h("s-text", { color: "subdued" }, `As of ${timeText(told_at)}`),
    ),
  );
}
