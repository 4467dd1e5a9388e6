import { cleanDeclarations, cleanStyleSheet, cleanValue } from "./css.ts";
import type { Budget } from "./css-value.ts";
import type { Attribute, Node } from "./parse.ts";
import { ANIMATED, ANIMATIONS, ATTRIBUTES, ELEMENTS, SVG, TEXTS, XLINK, XML } from "./vocabulary.ts";

/** An element that is left of a drawing: every name and value of it may be written. */
export interface Clean {
  readonly name: string;
  readonly attributes: readonly (readonly [name: string, value: string])[];
  readonly children: readonly (Clean | string)[];
}

/** What is left of an element; undefined for one that does not draw. */
export function clean(node: Node, budget: Budget): Clean | undefined {
  if (node.uri !== SVG) return undefined;
  // A link is drawn like a group; where it leads is nobody's business in a picture.
  const name = node.name === "a" ? "g" : node.name;
  if (!ELEMENTS.has(name)) return undefined;
  if (name === "style") return cleanStyle(node, budget);
  const attributes = node.attributes.flatMap((attribute) => cleanAttribute(attribute, name, budget));
  if (isUseless(name, attributes)) return undefined;
  const children = node.children.flatMap((child) => {
    if (typeof child !== "string") return clean(child, budget) ?? [];
    return TEXTS.has(name) ? child : [];
  });
  return { name, attributes, children };
}

function cleanStyle({ attributes, children }: Node, budget: Budget): Clean | undefined {
  const type =
    attributes
      .find(({ name }) => name === "type")
      ?.value.trim()
      .toLowerCase() ?? "";
  if (type !== "" && type !== "text/css") return undefined;
  const text = cleanStyleSheet(children.filter((child) => typeof child === "string").join(""), budget);
  const media = attributes.flatMap(({ uri, name, value }) => {
    const text = uri === "" && name === "media" ? cleanValue(value, budget) : undefined;
    return text === undefined ? [] : [["media", text] as const];
  });
  return text === "" ? undefined : { name: "style", attributes: media, children: [text] };
}

const IMAGES: ReadonlySet<string> = new Set(["image", "feImage"]);

/** An animation of what may not be animated, and what has lost the address it is about. */
function isUseless(name: string, attributes: Clean["attributes"]): boolean {
  const given = (wanted: string) => attributes.find(([each]) => each === wanted)?.[1];
  if (ANIMATIONS.has(name) && name !== "animateMotion") return !ANIMATED.has(given("attributeName") ?? "");
  const needsAddress = IMAGES.has(name) || name === "use" || name === "mpath";
  return needsAddress && given("href") === undefined && given("xlink:href") === undefined;
}

function cleanAttribute(
  { uri, name, value }: Attribute,
  element: string,
  budget: Budget,
): [string, string][] {
  if (name === "href" && (uri === "" || uri === XLINK)) {
    return mayLeadTo(value, element) ? [[uri === "" ? "href" : "xlink:href", value.replace(/\s/g, "")]] : [];
  }
  if (uri === XML) return name === "xml:space" || name === "xml:lang" ? [[name, value]] : [];
  if (uri !== "") return [];
  if (name === "style") {
    const text = cleanDeclarations(value, budget);
    return text === "" ? [] : [[name, text]];
  }
  if (!ATTRIBUTES.has(name)) return [];
  const text = cleanValue(value, budget);
  return text === undefined ? [] : [[name, text]];
}

const PICTURE = /^\s*data:image\/(?:png|jpe?g|gif|webp|avif);base64,[A-Za-z0-9+/=\s]+$/i;

/** Into the drawing itself, or a picture of pixels that it carries along. */
function mayLeadTo(address: string, element: string): boolean {
  return /^\s*#[^\s\p{Cc}]+\s*$/u.test(address) || (IMAGES.has(element) && PICTURE.test(address));
}
