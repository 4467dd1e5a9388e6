import type { Clean } from "./clean.ts";

const LONGEST_CHAIN = 1_000;

/**
 * How many elements a browser draws, every reference followed: an element that is used twice counts twice, and what it uses
 * four times. One that leads on and on is endless. References in style sheets are not followed. A circle counts once, as browsers break it.
 */
export function weightOf(root: Clean): number {
  const byId = new Map<string, Clean>();
  const index = (node: Clean) => {
    for (const [name, value] of node.attributes) if (name === "id" && !byId.has(value)) byId.set(value, node);
    for (const child of node.children) if (typeof child !== "string") index(child);
  };
  index(root);
  const known = new Map<Clean, number>();
  const weigh = (node: Clean, depth: number): number => {
    if (depth > LONGEST_CHAIN) return Number.POSITIVE_INFINITY;
    const before = known.get(node);
    if (before !== undefined) return before;
    // While it is weighed: whoever comes back here has gone in a circle.
    known.set(node, 0);
    let weight = 1;
    for (const child of node.children) if (typeof child !== "string") weight += weigh(child, depth + 1);
    for (const id of node.attributes.flatMap(referencesOf)) {
      const target = byId.get(id);
      if (target) weight += weigh(target, depth + 1);
    }
    known.set(node, weight);
    return weight;
  };
  return weigh(root, 0);
}

function referencesOf([name, value]: readonly [string, string]): readonly string[] {
  if (name === "href" || name === "xlink:href") return value.startsWith("#") ? [decoded(value.slice(1))] : [];
  if (!value.includes("url(")) return [];
  return Array.from(value.matchAll(/url\("?#([^")]{1,200})"?\)/g), ([, id = ""]) => decoded(id));
}

function decoded(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}
