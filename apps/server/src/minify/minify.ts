import { createRequire } from "node:module";
import type { Allowance } from "../cells/cell.ts";
import { runProgram } from "../cells/program.ts";

/** What can be minified. */
export type Language = "css" | "js";

export interface MinifyOptions {
  readonly language: Language;
  /** Whoever reads the answer is told that it is UTF-8; else only ASCII is written, which is the same in all encodings. */
  readonly isUtf8: boolean;
}

/** Part of the key of what is kept: raised by hand whenever the same bytes come out otherwise. */
export const MINIFIER_VERSION = "esbuild 0.28.2, 1";
/** Two megabytes of a usual script take half of the memory and an eighth of the time; what is nested deeply is ended. */
export const MINIFYING: Allowance = { bytes: 150_000_000, cpuMs: 1_000, isQuick: true };

const BOM = Buffer.from("\ufeff");
/** What its author asks to be left in. */
const LEGAL = /\/[*/]!|@(?:license|preserve)\b/g;
/** What somebody has made a map of would no longer be where the map says. */
const MAPPED = /[#@]\s*sourceMappingURL\s*=/;

/** One thread, and little that waits to be collected. */
const ENVIRONMENT = { GOMAXPROCS: "1", GOGC: "50" };
/** Comments and white space alone: what is renamed or written in another syntax may be read by somebody who minds. */
const ARGUMENTS = [
  "--minify-whitespace",
  "--legal-comments=inline",
  "--target=esnext",
  "--tree-shaking=false",
];
const QUIET = ["--ignore-annotations", "--log-level=warning", "--log-limit=1", "--color=false"];

/** The program that minifies, of the optional package for this platform; undefined where that is not installed. */
export const MINIFIER = find(`@esbuild/${process.platform}-${process.arch}`);

/** For the log of whoever wants files minified without it. */
export const MINIFIER_MISSING = `Style sheets and scripts are delivered as they are, because what minifies them is missing. Install it: npm install @esbuild/${process.platform}-${process.arch}@0.28.2.`;

function find(name: string): string | undefined {
  const { resolve } = createRequire(import.meta.url);
  for (const path of ["bin/esbuild", "esbuild.exe"]) {
    try {
      return resolve(`${name}/${path}`);
    } catch {
      // Not installed, or called otherwise.
    }
  }
  return undefined;
}

/**
 * The same style sheet or script without comments and white space; nothing is renamed, and no syntax is written in another. Undefined for what
 * is better left as it is: it is no valid UTF-8, has a source map, is not understood to its end, would lose a comment that has to stay, takes too
 * much, or comes out no smaller. The program that reads it reads nothing else, and is killed when it takes more than it may.
 * @throws Error where there is no such program.
 */
export async function minify(
  original: Uint8Array,
  { language, isUtf8 }: MinifyOptions,
): Promise<Uint8Array | undefined> {
  if (MINIFIER === undefined) throw new Error("esbuild is not installed.");
  const text = decoded(original);
  if (text === undefined || MAPPED.test(text)) return undefined;
  // A mark at the beginning says which encoding it is, above everything else.
  const mark = text.startsWith("\ufeff") ? BOM : Buffer.alloc(0);
  const charset = isUtf8 || mark.length > 0 ? "utf8" : "ascii";
  const said = await runProgram(
    MINIFIER,
    [`--loader=${language}`, `--charset=${charset}`, ...ARGUMENTS, ...QUIET],
    original.subarray(mark.length),
    { env: ENVIRONMENT, mostOut: original.length + 1, ...MINIFYING },
  );
  // A style sheet never fails: what is not understood in it is remarked, and written as somebody guessed it.
  if (said?.code !== 0 || (language === "css" && said.aside > 0)) return undefined;
  const code = said.out.toString().trimEnd();
  if (count(code, LEGAL) < count(text, LEGAL)) return undefined;
  const bytes = Buffer.concat([mark, Buffer.from(code)]);
  return bytes.length < original.length ? bytes : undefined;
}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

const count = (text: string, pattern: RegExp) => text.match(pattern)?.length ?? 0;
