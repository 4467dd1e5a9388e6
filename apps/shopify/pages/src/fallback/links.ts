import { h } from "../element.ts";
import { type Stand, slot, textOf } from "./stand.ts";

const BUTTON_STYLE = `
  :host { display: inline-block; }
  a, button { display: inline-block; padding: .375rem .75rem; border-radius: .5rem; border: 1px solid #8a8a8a; background: #fff; color: #303030; font-weight: 550; line-height: 1.25; text-decoration: none; cursor: pointer; text-align: center; }
  a:hover, button:hover { background: #f3f3f3; }
  :host([variant="primary"]) :is(a, button) { background: #303030; border-color: #303030; color: #fff; }
  :host([variant="primary"]) :is(a, button):hover { background: #1a1a1a; }
  :host([tone="critical"]) :is(a, button) { color: #8e0b21; border-color: #8e0b21; }
  :host([variant="primary"][tone="critical"]) :is(a, button) { background: #b3132c; border-color: #b3132c; color: #fff; }
  :host([variant="tertiary"]) :is(a, button) { border-color: transparent; background: transparent; text-decoration: underline; }
  button:disabled { color: #6b6b6b; background: #f1f1f1; border-color: #c9c9c9; cursor: default; }
`;

/** A button; a link where it leads somewhere. While it is loading it cannot be pressed, and says so. */
export const BUTTON: Stand = {
  watches: ["disabled", "loading", "href"],
  style: BUTTON_STYLE,
  build(host, root) {
    const href = host.getAttribute("href");
    if (href !== null) {
      root.append(anchor(host, href));
      return undefined;
    }
    const button = h("button", { type: "button" }, slot());
    root.append(button);
    return () => {
      button.toggleAttribute("disabled", host.hasAttribute("disabled"));
      button.toggleAttribute("aria-disabled", false);
      if (host.hasAttribute("loading")) button.setAttribute("aria-busy", "true");
      else button.removeAttribute("aria-busy");
    };
  },
};

export const LINK: Stand = {
  style: ":host { display: inline; } a { color: #005bd3; overflow-wrap: anywhere; }",
  build(host, root) {
    root.append(anchor(host, textOf(host, "href")));
    return undefined;
  },
};

/** Who opens another tab is told nothing of this one. */
function anchor(host: Element, href: string): HTMLElement {
  const target = host.getAttribute("target");
  return h("a", { href, target, rel: target === "_blank" ? "noopener noreferrer" : undefined }, slot());
}
