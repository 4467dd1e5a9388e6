import type { AliasPlace, Naming } from "@freshet/core";
import type { Spelling } from "./look.ts";
import type { ProjectSettings } from "./shapes.ts";

/** Pictures that the built-in project has. */
const SAMPLES = ["landscape.jpg", "portrait.jpg", "logo.png", "waves.gif"];
const SAMPLE_ALIAS = "_sample_";

/** How the project writes its URLs. */
export function spellingOf({ v7, rules = [], defaults = "" }: ProjectSettings): Spelling {
  return { v7: v7 !== "absent", keepsNeutral: rules.length > 0 || defaults !== "" };
}

/** How the project shortens its originals. Aliases that lead into buckets shorten no URL, and are known by their name alone. */
export function namingOf({ aliases = {}, prefix }: ProjectSettings): Naming {
  const places = Object.entries(aliases).map(([name, to]): [string, AliasPlace] => {
    if (typeof to === "string") return [name, { url: to }];
    if ("url" in to && typeof to.url === "string") return [name, { url: to.url }];
    if ("folder" in to && typeof to.folder === "string") return [name, { folder: to.folder }];
    return [name, { bucket: `bucket:${name}@` }];
  });
  return { aliases: Object.fromEntries(places), ...(prefix !== undefined && prefix !== "" && { prefix }) };
}

/** Widths that unsigned URLs may ask for; empty is all. */
export const allowedWidths = ({ sizes }: ProjectSettings): readonly number[] =>
  sizes?.step === undefined ? (sizes?.widths ?? []) : [];

/** Whether every URL has to be signed. */
export const isSigned = ({ security }: ProjectSettings): boolean =>
  security !== undefined && security.unsigned !== "allow";

/** Pictures that come with the installation, where the project shows them. */
export const samplesOf = ({ aliases = {} }: ProjectSettings): readonly string[] =>
  Object.hasOwn(aliases, SAMPLE_ALIAS) ? SAMPLES.map((name) => `${SAMPLE_ALIAS}/${name}`) : [];
