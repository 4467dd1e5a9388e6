export type Child = Node | string | number | null | undefined | false | readonly Child[];
export type Attributes = Readonly<
  Record<string, string | number | boolean | null | undefined | ((event: Event) => void)>
>;

/**
 * Makes an element. What is text stays text: nothing of a shop's is ever read as markup. An attribute that is true is there,
 * one that is false or absent is not; a function under "onclick" listens to "click". Addresses lead into the app or to the web.
 */
export function h(tag: string, attributes: Attributes = {}, ...children: readonly Child[]): HTMLElement {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.slice("on".length), value);
    else if (!isAddress(name) || isHarmless(String(value)))
      element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...nodesOf(children));
  return element;
}

/** The children as nodes; what is nothing is left out. */
function nodesOf(children: readonly Child[]): readonly (Node | string)[] {
  return children.flatMap((child): readonly (Node | string)[] => {
    if (child === null || child === undefined || child === false) return [];
    if (isList(child)) return nodesOf(child);
    return [child instanceof Node ? child : String(child)];
  });
}

const isList = (child: Child): child is readonly Child[] => Array.isArray(child);
const isAddress = (name: string) => name === "href" || name === "src";
const isHarmless = (text: string) => /^https?:$/.test(URL.parse(text, location.href)?.protocol ?? "");
