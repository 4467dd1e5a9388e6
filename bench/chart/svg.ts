/** Text as SVG takes it. */
const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** One element; numbers to a tenth of a pixel. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  content = "",
): string {
  const written = Object.entries(attributes).map(
    ([key, value]) => ` ${key}="${typeof value === "number" ? Math.round(value * 10) / 10 : escaped(value)}"`,
  );
  return content === ""
    ? `<${name}${written.join("")}/>`
    : `<${name}${written.join("")}>${content}</${name}>`;
}

export const text = (
  x: number,
  y: number,
  look: string,
  words: string,
  more: Readonly<Record<string, string>> = {},
): string => element("text", { x, y, class: look, ...more }, escaped(words));

export const line = (x1: number, y1: number, x2: number, y2: number, look: string): string =>
  element("line", { x1, y1, x2, y2, class: look });

/** A ratio as people read it. */
export const figure = (value: number): string => (value >= 10 ? value.toFixed(1) : value.toFixed(2));
