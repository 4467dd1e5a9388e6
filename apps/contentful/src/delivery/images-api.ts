import type { Gravity, Transformation } from "@freshet/core";

/** A parameter of Contentful's Images API that has no counterpart, or was none: what was written, and what became of it. */
export interface MigrationRemark {
  readonly parameter: string;
  readonly text: string;
  readonly sentence: string;
}

/** What an Images API query asks for, in Freshet's words. */
export interface Migrated {
  readonly transformation: Transformation;
  /** Parameters that are none of the Images API's, as they were; without "?". */
  readonly rest: string;
  readonly remarks: readonly MigrationRemark[];
}

type Resize = NonNullable<Transformation["resize"]>;

const FOCUS: Readonly<Record<string, Gravity>> = {
  center: "center",
  top: "north",
  right: "east",
  left: "west",
  bottom: "south",
  top_left: "northwest",
  top_right: "northeast",
  bottom_left: "southwest",
  bottom_right: "southeast",
  face: "face",
  faces: "auto",
};
const FORMATS: Readonly<Record<string, "jpeg" | "png" | "_webp" | "avif">> = {
  jpg: "jpeg",
  png: "png",
  // It was sent whether the client took it or not.
  webp: "_webp",
  avif: "avif",
};
const OWN = ["w", "h", "fit", "f", "r", "q", "fm", "fl", "bg"] as const;
const LARGEST = 4_000;

/**
 * Reads the query of an Images API address. Never throws: what cannot be read is left out and remarked. Of a parameter that is
 * written twice the last one counts.
 *
 * @example migrateImagesApi("w=400&h=300&fit=fill&f=top&fm=webp").transformation
 * // { resize: { w: 400, h: 300, gravity: "north" }, encode: { force_format: ["_webp"] } }
 */
export function migrateImagesApi(query: string): Migrated {
  const pairs = new URLSearchParams(query.replace(/^\?/, ""));
  const remarks: MigrationRemark[] = [];
  const values = new Map(OWN.map((name) => [name, pairs.getAll(name).at(-1)]));
  const read = <T>(name: (typeof OWN)[number], parse: (text: string) => T | undefined, sentence: string) => {
    const text = values.get(name);
    if (text === undefined) return undefined;
    const value = parse(text);
    if (value === undefined) remarks.push({ parameter: name, text, sentence });
    return value;
  };
  const note = (name: (typeof OWN)[number], isOdd: (text: string) => boolean, sentence: string) => {
    const text = values.get(name);
    if (text !== undefined && isOdd(text)) remarks.push({ parameter: name, text, sentence });
  };

  const side = `It is no whole number from 1 to ${LARGEST}.`;
  const w = read("w", (text) => whole(text, LARGEST), side);
  const h = read("h", (text) => whole(text, LARGEST), side);
  const fit = read("fit", fitOf, "It is none of pad, fill, scale, crop and thumb.");
  const focus = read("f", (text) => FOCUS[text], "It is no focus area.");
  const background = read("bg", colorOf, "It is no rgb:RRGGBB.");
  const radius = read("r", radiusOf, "It is no radius.");
  const q = read("q", (text) => whole(text, 100), "It is no whole number from 1 to 100.");
  const format = read("fm", (text) => FORMATS[text], "It is no format that is delivered here.");
  note(
    "f",
    (text) => text.startsWith("face"),
    "Faces are kept where the server finds them, else what stands out.",
  );
  note("fit", (text) => text === "crop", "The picture is brought to the size before it is cut.");
  note("fl", () => true, "There are no such flags: JPEG and PNG are written as they are smallest.");

  const resize = resizeOf({ w, h, fit, focus });
  const colour = background && (fit === "pad" || radius !== undefined) ? { bg_color: background } : {};
  if (background && !("bg_color" in colour))
    remarks.push({
      parameter: "bg",
      text: values.get("bg") ?? "",
      sentence: "Nothing is padded, so there is nothing to colour.",
    });
  const combined = { ...resize, ...colour };
  for (const name of OWN) pairs.delete(name);
  return {
    transformation: {
      ...(Object.keys(combined).length > 0 && { resize: combined }),
      ...(radius !== undefined && { radius: { radius: [radius, radius, radius, radius] as const } }),
      ...((q !== undefined || format !== undefined) && {
        encode: { ...(format && { force_format: [format] }), ...(q !== undefined && { q }) },
      }),
    },
    rest: pairs.toString(),
    remarks,
  };
}

type Fit = "pad" | "fill" | "scale" | "crop" | "thumb";

function resizeOf({
  w,
  h,
  fit,
  focus,
}: {
  readonly w: number | undefined;
  readonly h: number | undefined;
  readonly fit: Fit | undefined;
  readonly focus: Gravity | undefined;
}): Resize {
  if (w === undefined && h === undefined) return {};
  const sides = { ...(w !== undefined && { w }), ...(h !== undefined && { h }) };
  // One side alone follows the other, whatever the fit, and nothing is made larger than it is.
  if (w === undefined || h === undefined) return { ...sides, org_if_sml: fit !== "scale" };
  switch (fit) {
    case "pad":
      return { ...sides, func: "fit" };
    case "scale":
      return { ...sides, func: "cover" };
    case "fill":
    case "crop":
    case "thumb":
      return { ...sides, ...(focus !== undefined && focus !== "center" && { gravity: focus }) };
    case undefined:
      return { ...sides, func: "bound", org_if_sml: true };
  }
}

function fitOf(text: string): Fit | undefined {
  return (["pad", "fill", "scale", "crop", "thumb"] as const).find((each) => each === text);
}

function whole(text: string, most: number): number | undefined {
  const value = /^[0-9]{1,5}$/.test(text) ? Number(text) : 0;
  return value >= 1 && value <= most ? value : undefined;
}

function radiusOf(text: string): number | "max" | undefined {
  if (text === "max") return "max";
  return whole(text, 8_192);
}

function colorOf(text: string): Exclude<Resize["bg_color"], undefined | "auto"> | undefined {
  const [, red, green, blue] = /^rgb:([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text) ?? [];
  if (red === undefined || green === undefined || blue === undefined) return undefined;
  const channel = (hex: string) => Number.parseInt(hex, 16);
  return { red: channel(red), green: channel(green), blue: channel(blue) };
}
