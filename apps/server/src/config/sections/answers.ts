import { isDeveloped } from "@freshet/core";
import { probe } from "@freshet/core/resize";
import { fileName, secretFile } from "../fragments.ts";
import type { Schema, ValueOf } from "../shape.ts";

/** Longest a placeholder may be, in bytes; in base64 a third more. */
const LARGEST_IMAGE = 512 * 1_024;

/** What a request's headers may change about an answer. */
export const HINT_SETTINGS = {
  hints: {
    type: "object",
    description: "What browsers say of themselves in headers besides Accept.",
    additionalProperties: false,
    properties: {
      client: {
        type: "boolean",
        description:
          "Sec-CH-Width, Sec-CH-Viewport-Width and Sec-CH-DPR choose the size where the URL names none; answers ask for them (Accept-CH).",
        default: false,
      },
      saveData: {
        type: "boolean",
        description: "Save-Data: on lowers the quality to 50 where the URL names none.",
        default: false,
      },
    },
  },
} as const satisfies Readonly<Record<string, Schema>>;

/** The picture that stands in for a missing one. */
export const PLACEHOLDER_SETTINGS = {
  image: {
    type: "string",
    title: "an image in base64, at most 512 kB",
    description: "The project's own placeholder, in base64.",
    pattern: "^[A-Za-z0-9+/]+={0,2}$",
    minLength: 1,
    maxLength: Math.ceil(LARGEST_IMAGE / 3) * 4,
  },
  file: {
    ...fileName,
    description:
      "Name of the project's uploaded file that is the placeholder. The common one stands in while there is no such file.",
  },
  imageFile: {
    ...secretFile,
    description: "File of the project's own placeholder; a relative path begins at the configuration file.",
  },
} as const satisfies Readonly<Record<string, Schema>>;

type Section = {
  readonly [Key in keyof typeof PLACEHOLDER_SETTINGS]?: ValueOf<(typeof PLACEHOLDER_SETTINGS)[Key]>;
};

/** The project's own placeholder in base64; reports one that is no image. `bytesOf` reads a file. */
export async function readPlaceholder(
  { image, imageFile, file }: Section,
  place: string,
  {
    bytesOf,
    report,
  }: {
    bytesOf(path: string, place: string): Promise<Uint8Array | undefined>;
    report(sentence: string): void;
  },
): Promise<string | undefined> {
  const given = Object.entries({ image, imageFile, file }).flatMap(([key, each]) =>
    each === undefined ? [] : [key],
  );
  if (given.length > 1) report(`${place} has ${given.join(" and ")}; keep one.`);
  const where = `${place}.${image === undefined ? "imageFile" : "image"}`;
  const bytes =
    image !== undefined
      ? Buffer.from(image, "base64")
      : imageFile === undefined
        ? undefined
        : await bytesOf(imageFile, where);
  if (bytes === undefined) return undefined;
  if (bytes.length > LARGEST_IMAGE) report(`${where} is larger than 512 kB; use a smaller image.`);
  else if (!(await isImage(bytes)))
    report(`${where} is not an image that can be read; use a PNG, JPEG or SVG.`);
  return Buffer.from(bytes).toString("base64");
}

async function isImage(bytes: Uint8Array): Promise<boolean> {
  return probe(bytes).then(
    ({ format }) => !isDeveloped(format),
    () => false,
  );
}
