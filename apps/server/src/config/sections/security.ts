import { LARGEST_SIDE } from "@freshet/core";
import type { Security, SizeLadder } from "../../projects/security.ts";
import { secretFile } from "../fragments.ts";
import { defaultsOf, type Schema, type ValueOf } from "../shape.ts";

const side = { type: "integer", minimum: 1, maximum: LARGEST_SIDE } as const satisfies Schema;
const rungs = (description: string) =>
  ({ type: "array", description, minItems: 1, maxItems: 200, items: side }) as const satisfies Schema;

/** Which delivery URLs a project takes. */
export const SECURITY_SETTINGS = {
  security: {
    type: "object",
    description: "Signatures of delivery URLs.",
    additionalProperties: false,
    properties: {
      salt: {
        type: "string",
        title: "one to eight lines of 4 to 500 characters",
        description:
          "Secret that URLs are signed with; each line is one, so that an old one stays good while a new one is introduced. 32 random characters or more are safe.",
        minLength: 4,
        maxLength: 4_096,
        writeOnly: true,
      },
      saltFile: secretFile,
      unsigned: {
        type: "string",
        description: "What becomes of URLs without a signature; a wrong one is always refused.",
        enum: ["refuse", "allow"],
        default: "refuse",
      },
      accept: {
        type: "array",
        description:
          "Kinds of signatures that are taken: fr_sig is HMAC-SHA-256, ci_sign and ci_seal are Cloudimage's SHA-1.",
        minItems: 1,
        maxItems: 3,
        items: { type: "string", enum: ["fr_sig", "ci_sign", "ci_seal"] },
        default: ["fr_sig", "ci_sign", "ci_seal"],
      },
      shortest: {
        type: "integer",
        description: "Fewest hex digits of ci_sign and ci_seal; clients cut them.",
        minimum: 6,
        maximum: 40,
        default: 10,
      },
    },
  },
  sizes: {
    type: "object",
    description:
      "Widths and heights that unsigned URLs may ask for, dpr multiplied in. Signed URLs, sealed sizes, presets, rules and defaults are free.",
    additionalProperties: false,
    properties: {
      widths: rungs("Widths in pixels."),
      heights: rungs("Heights in pixels. Default: widths."),
      step: { ...side, description: "Multiples of this are allowed too." },
      outside: {
        type: "string",
        description:
          "Another size becomes the next larger one (the largest where there is none), or is refused.",
        enum: ["snap", "refuse"],
        default: "snap",
      },
    },
  },
  v7: {
    type: "string",
    description: "Whether the path of delivery URLs begins with /v7/.",
    enum: ["both", "required", "absent"],
    default: "both",
  },
  v6: {
    type: "boolean",
    description: "URLs of the form /width/400/n/<original> are understood as well.",
    default: false,
  },
} as const satisfies Readonly<Record<string, Schema>>;

type Settings = typeof SECURITY_SETTINGS;
type Report = (sentence: string) => void;

/** Completes `security`; undefined where the project has none. `secretOf` reads a file. */
export async function readSecurity(
  section: ValueOf<Settings["security"]> | undefined,
  place: string,
  {
    secretOf,
    report,
  }: { secretOf(path: string, place: string): Promise<string | undefined>; report: Report },
): Promise<Security | undefined> {
  if (section === undefined) return undefined;
  const { salt, saltFile, unsigned, accept, shortest } = {
    ...defaultsOf(SECURITY_SETTINGS.security),
    ...section,
  };
  if (salt !== undefined && saltFile !== undefined)
    report(`${place}.security has salt and saltFile; keep one.`);
  const where = salt === undefined ? "saltFile" : "salt";
  const text = salt ?? (saltFile && (await secretOf(saltFile, `${place}.security.saltFile`)));
  if (salt === undefined && saltFile === undefined)
    report(`${place}.security has no salt; write salt or saltFile.`);
  if (text === undefined) return undefined;
  const salts = text.split(/\r?\n/).filter((line) => line !== "");
  const isGood =
    salts.length >= 1 && salts.length <= 8 && salts.every(({ length }) => length >= 4 && length <= 500);
  if (!isGood) {
    report(
      `${place}.security.${where} is not right; write ${SECURITY_SETTINGS.security.properties.salt.title}.`,
    );
  }
  return { salts, unsigned, accept: accept as Security["accept"], shortest };
}

/** Completes `sizes`; undefined where the project has none. */
export function readSizes(
  section: ValueOf<Settings["sizes"]> | undefined,
  place: string,
  report: Report,
): SizeLadder | undefined {
  if (section === undefined) return undefined;
  const { widths, heights, step, outside } = { ...defaultsOf(SECURITY_SETTINGS.sizes), ...section };
  if (widths === undefined && heights === undefined && step === undefined) {
    report(`${place}.sizes allows no size; write widths, heights or step.`);
  }
  const sorted = (list: readonly number[] | undefined) => [...new Set(list)].sort((a, b) => a - b);
  return { widths: sorted(widths ?? heights), heights: sorted(heights ?? widths), step, outside };
}
