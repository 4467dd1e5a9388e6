import {
  effectiveTransformation,
  type Naming,
  readQuery,
  readTransformation,
  resolveOriginal,
  writeTransformation,
} from "@freshet/core";
import { itemsOf, type Look, readLook, type Spelling, writeLook } from "./look.ts";

/**
 * The shortest target that gives the same pixels: values that have no effect beside the others are gone, and an alias or the prefix
 * stands for the beginning of the original. Where rules or defaults may take part, every value stays.
 */
export function shortestTarget(look: Look, spelling: Spelling, naming: Naming): string {
  const original = shorterOriginal(look.original, naming);
  return writeLook({ ...look, original, values: effectiveValues(look, spelling) }, spelling);
}

function effectiveValues({ values }: Look, { keepsNeutral }: Spelling): Look["values"] {
  if (keepsNeutral) return values;
  const { transformation } = readTransformation(readQuery(itemsOf(values, false).join("&")));
  const shorter = writeTransformation(effectiveTransformation(transformation));
  return readLook(`/v7/x?${shorter}`)?.look.values ?? values;
}

/** The same original in fewer letters. */
export function shorterOriginal(original: string, naming: Naming): string {
  const nameOf = (text: string) => {
    const found = resolveOriginal(text, naming);
    return found.kind === "invalid" ? undefined : found.name;
  };
  const [path = "", ...query] = original.split("?");
  const name = nameOf(path);
  if (name === undefined) return original;
  const behind = (url: string, instead: string) => {
    const begins = `${url.replace(/\/+$/, "")}/`;
    return path.startsWith(begins) ? [`${instead}${path.slice(begins.length)}`] : [];
  };
  const shorter = [
    ...Object.entries(naming.aliases).flatMap(([alias, place]) =>
      "url" in place ? behind(place.url, `${alias}/`) : [],
    ),
    ...(naming.prefix === undefined ? [] : behind(naming.prefix, "")),
  ].filter((each) => each.length < path.length && nameOf(each) === name);
  const [shortest = path] = shorter.toSorted((one, other) => one.length - other.length);
  return [shortest, ...query].join("?");
}
