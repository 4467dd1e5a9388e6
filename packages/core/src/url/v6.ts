import type { Claim } from "./proofs.ts";
import { readQuery } from "./query.ts";
import { writeSealed } from "./sealed.ts";
import { withoutLeadingSlashes } from "./spelling.ts";
import { readTarget } from "./target.ts";

/** A URL of the form before v7, in today's words. */
export interface V6Url {
  /** The same as a target of today. What the path asked for is sealed, because the query could never change it. */
  readonly target: string;
  /** `@` and its digits behind the filters: SHA-1 of salt and text. One covers the original and what is sealed, one all. */
  readonly claims: readonly (Claim & { readonly covers: "sealed" | "everything" })[];
}

const SIZED = ["crop", "fit", "bound", "cover"] as const;
const NOTHING = /^(?:n|none)$/;

/**
 * Reads `/{operation}/{size}/{filters}/{original}`; undefined for everything else, also where one of the three cannot be read.
 *
 * @example readV6("/width/400/n/sample.li/a.jpg")?.target // "/v7/sample.li/a.jpg?ci_eqs=dz00MDA"
 */
export function readV6(raw: string): V6Url | undefined {
  const { v7, path, query } = readTarget(raw);
  const [, operation = "", size = "", steps = "", original = ""] =
    /^([a-z_]+)\/([^/]+)\/([^/]+)\/(.+)$/s.exec(withoutLeadingSlashes(path)) ?? [];
  if (v7 || original === "") return undefined;
  const [, filters = "", digits] = /^([^@]*)(?:@([0-9a-f]+))?$/i.exec(steps) ?? [];
  const resized = readSize(operation, size);
  const filtered = readFilters(filters);
  if (!resized || !filtered) return undefined;
  const sealed = [...resized, ...filtered].join("&");
  const open = withoutSealed(query);
  const items = [sealed === "" ? "" : `ci_eqs=${writeSealed(sealed)}`, open].filter((item) => item !== "");
  return {
    target: `/v7/${original}${items.length === 0 ? "" : `?${items.join("&")}`}`,
    claims:
      digits === undefined ? [] : claimsOf(digits, `/${operation}/${size}/${filters}/${original}`, query),
  };
}

/** Such a URL seals nothing in its query: whoever adds `ci_eqs` there would ask for something else under the same proof. */
function withoutSealed(query: string): string {
  const pairs = readQuery(query);
  const kept = pairs.filter(({ name }) => name !== "ci_eqs");
  return kept.length === pairs.length ? query : kept.map(({ raw }) => raw).join("&");
}

/** The query of the original is hashed with it, that of a watermark is not; nobody can tell them apart. */
function claimsOf(digits: string, text: string, query: string): V6Url["claims"] {
  const covered = { digits, text, covers: query === "" ? "everything" : "sealed" } as const;
  return query === "" ? [covered] : [{ digits, text: `${text}?${query}`, covers: "everything" }, covered];
}

function readSize(operation: string, size: string): readonly string[] | undefined {
  const isNothing = NOTHING.test(size);
  if (operation === "cdn" || operation === "cdno") return isNothing ? [] : undefined;
  const side = operation === "width" ? "w" : operation === "height" ? "h" : undefined;
  if (side) return /^\d{1,5}$/.test(size) ? [`${side}=${size}`] : isNothing ? [] : undefined;
  const cut = /^(\d{1,6}),(\d{1,6}),(\d{1,6}),(\d{1,6})-(\d{1,5})x(\d{1,5})$/.exec(size);
  if (cut && (operation === "crop_px" || operation === "crop")) {
    return [`tl_px=${cut[1]},${cut[2]}`, `br_px=${cut[3]},${cut[4]}`, `w=${cut[5]}`, `h=${cut[6]}`];
  }
  const func = SIZED.find((each) => each === operation);
  const box = /^(\d{1,5})x(\d{1,5})$/.exec(size);
  if (!func) return undefined;
  if (box) return [`w=${box[1]}`, `h=${box[2]}`, `func=${func}`];
  return isNothing ? [] : undefined;
}

const WORDS: Readonly<Record<string, readonly string[]>> = {
  n: [],
  none: [],
  backtransparent: [],
  fgrey: ["gray=1"],
  foil1: ["org_if_sml=1"],
  webp: ["force_format=webp"],
  twebp: ["force_format=webp"],
  "png-lossless": ["force_format=png"],
};

const NUMBERED: Readonly<Record<string, string>> = {
  q: "q",
  r: "r",
  fbright: "bright",
  fcontrast: "contrast",
  fpixelate: "pixelate",
  fpixelrate: "pixelate",
  fgaussian: "blur",
  fsharp: "sharp",
  fradius: "radius",
  ftrim: "trim",
};

function readFilters(text: string): readonly string[] | undefined {
  const read = text.split(".").map((filter) => {
    if (Object.hasOwn(WORDS, filter)) return WORDS[filter];
    const color = /^c([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(filter);
    if (color) return [`bg_color=${color[1]}`];
    const lossy = /^(webp|png)-lossy-(\d{1,3})$/.exec(filter);
    if (lossy) return [`force_format=${lossy[1]}`, `q=${lossy[2]}`];
    const [, name = "", value = ""] = /^([a-z]+?)(-?\d{1,3})$/.exec(filter) ?? [];
    return Object.hasOwn(NUMBERED, name) ? [`${NUMBERED[name]}=${value}`] : undefined;
  });
  return read.includes(undefined) ? undefined : read.flatMap((each) => each ?? []);
}
