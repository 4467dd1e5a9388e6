import { h } from "../element.ts";
import { type Stand, slot, textOf } from "./stand.ts";

export const PAGE: Stand = {
  watches: ["heading"],
  style: `
    :host { display: block; max-width: 62rem; margin: 0 auto; padding: 1rem; }
    header { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; margin-bottom: 1rem; }
    h1 { font-size: 1.25rem; font-weight: 650; margin: 0; overflow-wrap: anywhere; flex: 1 1 12rem; }
    main { display: grid; gap: 1rem; grid-template-columns: minmax(0, 1fr); }
  `,
  build(host, root) {
    const heading = h("h1");
    root.append(
      h("header", {}, slot("breadcrumb-actions"), heading, slot("secondary-actions"), slot("primary-action")),
      h("main", {}, slot(), slot("aside")),
    );
    return () => {
      heading.textContent = textOf(host, "heading");
    };
  },
};

export const SECTION: Stand = {
  style: `
    :host { display: block; background: #fff; border-radius: .75rem; padding: 1rem; box-shadow: 0 1px 2px rgb(26 26 26 / 20%); min-width: 0; }
    section { display: grid; gap: .75rem; grid-template-columns: minmax(0, 1fr); }
    h2 { font-size: 1rem; font-weight: 650; margin: 0; }
  `,
  build(host, root) {
    const heading = textOf(host, "heading");
    const label = textOf(host, "accessibilitylabel") || heading;
    root.append(
      h("section", { "aria-label": label || undefined }, heading !== "" && h("h2", {}, heading), slot()),
    );
    return undefined;
  },
};

export const BANNER: Stand = {
  style: `
    :host { display: block; border-radius: .75rem; padding: .75rem 1rem; background: #eaf4ff; border: 1px solid #91d0ff; }
    :host([tone="critical"]) { background: #fee9e8; border-color: #f0a09b; }
    :host([tone="warning"]) { background: #fff1d6; border-color: #e6b14b; }
    :host([tone="success"]) { background: #e3f6e8; border-color: #8fd0a4; }
    div { display: grid; gap: .5rem; grid-template-columns: minmax(0, 1fr); justify-items: start; }
    h2 { font-size: 1rem; font-weight: 650; margin: 0; }
  `,
  build(host, root) {
    const isLoud = /critical|warning/.test(textOf(host, "tone"));
    root.append(
      h(
        "div",
        { role: isLoud ? "alert" : "status" },
        h("h2", {}, textOf(host, "heading")),
        slot(),
        slot("secondary-actions"),
      ),
    );
    return undefined;
  },
};

export const SPINNER: Stand = {
  style: `
    :host { display: inline-block; }
    span { display: block; width: 1.25rem; height: 1.25rem; border: .2rem solid #ccc; border-top-color: #303030; border-radius: 50%; animation: turn 1s linear infinite; }
    @keyframes turn { to { transform: rotate(1turn); } }
    @media (prefers-reduced-motion: reduce) { span { animation-duration: 8s; } }
  `,
  build(host, root) {
    root.append(h("span", { role: "img", "aria-label": textOf(host, "accessibilitylabel") || "Loading" }));
    return undefined;
  },
};

export const PROGRESS: Stand = {
  watches: ["value", "max"],
  style: `
    :host { display: block; }
    progress { display: block; width: 100%; height: .5rem; accent-color: #303030; }
  `,
  build(host, root) {
    const bar = h("progress", { "aria-label": textOf(host, "accessibilitylabel") || undefined });
    root.append(bar);
    return () => {
      bar.setAttribute("max", textOf(host, "max") || "1");
      bar.setAttribute("value", textOf(host, "value") || "0");
    };
  },
};
