import { hash } from "node:crypto";
import type { Patience } from "../cache/patience.ts";
import type { Turn } from "../cache/turn.ts";
import type { Needs, VariantOrigin, Variants } from "../cache/variants.ts";
import { isServerError } from "../errors.ts";
import { type Language, MINIFIER, MINIFIER_VERSION, MINIFYING, minify } from "../minify/minify.ts";
import { essenceOf } from "../sources/media-type.ts";
import { type FileChoice, fileOf } from "./file.ts";
import type { DeliveryRequest } from "./request.ts";
import type { Sources } from "./sources.ts";

/** A style sheet or script in fewer bytes, kept like a variant. */
export interface MinifiedChoice extends Pick<FileChoice, "mediaType" | "negotiated"> {
  readonly kind: "minified";
  readonly key: string;
  readonly language: Language;
  readonly isUtf8: boolean;
  /** What is delivered where it is better left as it is. */
  readonly file: FileChoice;
}

/** Larger ones take longer than anybody waits for fewer bytes. */
const MOST_BYTES = 2_000_000;

const LANGUAGES: ReadonlyMap<string, Language> = new Map([
  ["text/css", "css"],
  ...["text/javascript", "application/javascript", "application/x-javascript"].map(
    (type) => [type, "js"] as const,
  ),
  ...["text/ecmascript", "application/ecmascript"].map((type) => [type, "js"] as const),
]);
const DONE = /\.min\.(?:[cm]?js|css)$/i;
/** Encodings in which the bytes of UTF-8, or of ASCII, mean the same. */
const READABLE: ReadonlySet<string> = new Set(["utf-8", "utf8", "us-ascii"]);

/** Kept in place of what is better left as it is, so that nobody tries again. No style sheet or script begins like it. */
const AS_IT_IS = new TextEncoder().encode("\0as it is");

/** The file minified, where the project wants that and it can be. */
export function minifiedOf(
  request: DeliveryRequest,
  sources: Sources,
  program: string | null = MINIFIER ?? null,
): MinifiedChoice | undefined {
  if (!request.project.minify || program === null || sources.size > MOST_BYTES) return undefined;
  const file = fileOf(request, sources);
  const language = file && LANGUAGES.get(essenceOf(file.mediaType));
  if (!file || !language || DONE.test(request.original.name)) return undefined;
  const [, charset] = file.mediaType.split("charset=");
  if (charset !== undefined && !READABLE.has(charset)) return undefined;
  const what = `minified ${MINIFIER_VERSION} ${language} ${file.mediaType}`;
  const key = hash("sha256", `${what}\n${sources.digests[0]}`).slice(0, 40);
  return { ...file, kind: "minified", key, language, isUtf8: charset?.startsWith("utf") === true, file };
}

/**
 * Made once, however many ask; undefined when the original's bytes are gone. Where there is no room for it now, everybody gets the file as it is
 * and the next who asks tries again.
 */
export async function minifiedBytes(
  variants: Variants,
  { key, language, isUtf8 }: MinifiedChoice,
  of: {
    readonly digest: string;
    readonly bytesOf: (digest: string) => Promise<Uint8Array | undefined>;
    readonly patience?: Patience | undefined;
    readonly turn?: Turn | undefined;
  },
): Promise<
  { readonly bytes: Uint8Array; readonly from: VariantOrigin; readonly isForNow?: true } | undefined
> {
  try {
    return await variants.make(
      { ...of, key, needs: () => NEEDS },
      async (_, original) => (await minify(original, { language, isUtf8 })) ?? AS_IT_IS,
    );
  } catch (error) {
    if (isServerError(error) && error.code !== "SERVER_BUSY") throw error;
    return { bytes: AS_IT_IS, from: "rendered", isForNow: true };
  }
}

/** The cost is what a hundred kilobytes take. */
const NEEDS: Needs = { cost: 3, allowance: MINIFYING };

export const isLeftAsItIs = (bytes: Uint8Array): boolean => Buffer.compare(bytes, AS_IT_IS) === 0;
