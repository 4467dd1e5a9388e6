import type { LayeredParameters, Transformation } from "@freshet/core";
import type { Project } from "../projects/project.ts";
import { type Encoding, encodingFor } from "./encodings.ts";

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What of a request's headers besides `Accept` may change the answer to a URL. */
export interface Hints {
  /** The size to be chosen: the width, or only the ratio by which a size of the project's is multiplied. */
  readonly size: "width" | "ratio" | undefined;
  readonly saveData: boolean;
  /** The answer may be a text, which is compressed for whoever takes it so. */
  readonly encodings?: true;
  /** Names for `Vary`. */
  readonly vary: readonly string[];
}

/** What the headers of one request say, folded into the few texts that lead to different answers. */
export interface Said {
  readonly width?: number | undefined;
  readonly dpr?: number | undefined;
  readonly saveData: boolean;
  readonly encoding?: Encoding | undefined;
}

/** The steps that hints are rounded up to. The edges that are shipped round to the same ones. */
export const HINT_WIDTHS = [320, 480, 640, 768, 960, 1280, 1600, 1920, 2560, 3840] as const;
export const HINT_RATIOS = [1, 1.5, 2, 3] as const;

/** For `Accept-CH`: what browsers are asked to say. */
export const ACCEPT_CH = "Sec-CH-Width, Sec-CH-Viewport-Width, Sec-CH-DPR";

const SAVING_QUALITY = 50;

/** Which hints a URL leaves room for: an explicit size or quality is never changed. Undefined for none. */
export function hintsFor(
  { hints }: Pick<Project, "hints">,
  { values }: Pick<LayeredParameters, "values">,
): Hints | undefined {
  const has = (...names: readonly string[]) => values.filter(({ name }) => names.includes(name));
  // Also what a preset overrode: whoever writes a size has chosen it for a screen.
  const isExplicit = (name: string) =>
    has(name).some(({ layer, overrides }) =>
      [layer, ...overrides.map((each) => each.layer)].some((each) => each === "url" || each === "sealed"),
    );
  const isSized = ["w", "h", "dpr"].some(isExplicit) || has("dpr").length > 0;
  const size = !hints?.client || isSized ? undefined : has("w", "h").length > 0 ? "ratio" : "width";
  const saveData = hints?.saveData === true && !isExplicit("q");
  if (size === undefined && !saveData) return undefined;
  const bySize = {
    width: ["Sec-CH-Width", "Sec-CH-Viewport-Width", "Sec-CH-DPR"],
    ratio: ["Sec-CH-DPR"],
  };
  return { size, saveData, vary: [...(size ? bySize[size] : []), ...(saveData ? ["Save-Data"] : [])] };
}

/** Of a file that may be a text; which it is, its type says, and `Vary` with it. */
export const FILE_HINTS: Hints = { size: undefined, saveData: false, encodings: true, vary: [] };

/** Reads the hints of a request as far as they matter. */
export function readHints(hints: Hints, headers: Headers): Said {
  if (hints.encodings) return { saveData: false, encoding: encodingFor(textOf(headers["accept-encoding"])) };
  const saveData = hints.saveData && /^on$/i.test(textOf(headers["save-data"]));
  if (hints.size === undefined) return { saveData };
  const dpr = step(HINT_RATIOS, headers["sec-ch-dpr"]);
  if (hints.size === "ratio") return { saveData, dpr };
  const viewport = step(HINT_WIDTHS, headers["sec-ch-viewport-width"]);
  const seen = viewport === undefined ? undefined : up(HINT_WIDTHS, viewport * (dpr ?? 1));
  return { saveData, width: step(HINT_WIDTHS, headers["sec-ch-width"]) ?? seen };
}

/** Part of the key of the memory tier: equal texts get equal answers. */
export function hintKey({ width, dpr, saveData, encoding }: Said): string {
  if (encoding !== undefined) return encoding;
  return `${width ?? ""}x${dpr ?? ""}${saveData ? "s" : ""}`;
}

/** What is delivered to a browser that says this; never larger than the original. */
export function followHints(transformation: Transformation, { width, dpr, saveData }: Said): Transformation {
  const { resize, encode } = transformation;
  const sized =
    width === undefined && dpr === undefined
      ? resize
      : {
          ...resize,
          ...(width !== undefined && { w: width, org_if_sml: true }),
          ...(dpr !== undefined && { dpr }),
        };
  const q = saveData ? { q: Math.min(encode?.q ?? SAVING_QUALITY, SAVING_QUALITY) } : {};
  return {
    ...transformation,
    ...(sized && { resize: sized }),
    ...(saveData && { encode: { ...encode, ...q } }),
  };
}

const textOf = (header: Headers[string]) => (typeof header === "string" ? header.trim() : "");

function step(steps: readonly number[], header: Headers[string]): number | undefined {
  const text = textOf(header);
  return /^\d{1,5}(\.\d{1,6})?$/.test(text) && Number(text) > 0 ? up(steps, Number(text)) : undefined;
}

function up(steps: readonly number[], value: number): number | undefined {
  return steps.find((each) => each >= value) ?? steps.at(-1);
}
