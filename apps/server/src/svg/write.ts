import type { Clean } from "./clean.ts";
import { shortValue } from "./shorten.ts";
import { SVG, XLINK } from "./vocabulary.ts";

/** The text of a drawing: no comment, no declaration, no white space but that of its words, and numbers no longer than can be seen. */
export function writeSvg(root: Clean): string {
  const usesXlink = (node: Clean): boolean =>
    node.attributes.some(([name]) => name === "xlink:href") ||
    node.children.some((child) => typeof child !== "string" && usesXlink(child));
  const spaces = [["xmlns", SVG] as const, ...(usesXlink(root) ? [["xmlns:xlink", XLINK] as const] : [])];
  return write({ ...root, attributes: [...spaces, ...root.attributes] });
}

function write({ name, attributes, children }: Clean): string {
  const head = attributes.map(([key, value]) => ` ${key}="${escapeValue(shortValue(key, value))}"`);
  const inside = children
    .map((child) => (typeof child === "string" ? escapeText(child) : write(child)))
    .join("");
  return inside === "" ? `<${name}${head.join("")}/>` : `<${name}${head.join("")}>${inside}</${name}>`;
}

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

const escapeText = (text: string) => text.replace(/[&<>\r]/g, escapeOne);
const escapeValue = (text: string) => text.replace(/[&<>"\t\n\r]/g, escapeOne);
const escapeOne = (each: string) => ESCAPES[each] ?? `&#${each.codePointAt(0)};`;
