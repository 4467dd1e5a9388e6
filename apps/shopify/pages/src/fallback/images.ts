import { h } from "../element.ts";
import { type Stand, textOf } from "./stand.ts";

const build: Stand["build"] = (host, root) => {
  // Events of an image stay where it is, so they are told again outside.
  const tell = (event: Event) => host.dispatchEvent(new Event(event.type));
  const image = h("img", { alt: textOf(host, "alt"), loading: "lazy", onerror: tell, onload: tell });
  root.append(image);
  return () => {
    const src = textOf(host, "src");
    if (image.getAttribute("src") !== src && /^https?:/.test(src)) image.setAttribute("src", src);
  };
};

export const IMAGE: Stand = {
  watches: ["src"],
  style:
    ":host { display: block; } img { display: block; max-width: 100%; max-height: 24rem; height: auto; margin: 0 auto; }",
  build,
};

export const THUMBNAIL: Stand = {
  watches: ["src"],
  style: `
    :host { display: inline-block; width: 2.5rem; height: 2.5rem; flex: none; border: 1px solid #ddd; border-radius: .5rem; overflow: hidden; background: #f1f1f1; }
    img { display: block; width: 100%; height: 100%; object-fit: cover; font-size: .5rem; }
  `,
  build,
};
