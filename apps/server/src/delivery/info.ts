import { hash } from "node:crypto";
import { canonicalTransformation, type ParsedDeliveryUrl, type Remark, versionOfDigest } from "@freshet/core";
import { type ImageFacts, RENDERER_VERSION, type Survey } from "@freshet/core/resize";
import { encode as toBlurhash } from "blurhash";
import { rgbaToThumbHash } from "thumbhash";
import type { Patience } from "../cache/patience.ts";
import type { Turn } from "../cache/turn.ts";
import type { Variants } from "../cache/variants.ts";
import { allowanceToLook } from "../cells/allowance.ts";
import type { Choice } from "./choice.ts";

/** How `ci_info` wants to be told: instead of the image, or in a header beside it. */
export type InfoWish = "json" | "header";

/** Raised by hand whenever something else is said of the same bytes. */
const REVISION = 1;
/** In hundredths of a second: two decodings of a large photograph. */
const COST = 20;

/** What is said of an original; kept by its digest. */
interface About {
  readonly format: string;
  readonly bytes: number;
  readonly width: number;
  readonly height: number;
  readonly pages: number;
  readonly orientation: number;
  readonly alpha: boolean;
  /** `#rrggbb`; null where nothing can be seen. */
  readonly color: string | null;
  readonly thumbhash: string;
  readonly blurhash: string;
}

/** `ci_info`: `json` is JSON, empty and `0` are nothing, and everything else is the header. A sealed one counts before others. */
export function infoWish({ open, sealed }: Pick<ParsedDeliveryUrl, "open" | "sealed">): InfoWish | undefined {
  const text = [...open, ...sealed].findLast(({ name }) => name === "ci_info")?.value.toLowerCase() ?? "";
  if (text === "" || text === "0") return undefined;
  return text === "json" ? "json" : "header";
}

/** Looked up once for each original, whatever is asked of it; undefined when its bytes are gone. */
export async function aboutOf(
  variants: Variants,
  of: {
    readonly digest: string;
    readonly facts: ImageFacts;
    readonly bytesOf: (digest: string) => Promise<Uint8Array | undefined>;
    readonly patience?: Patience | undefined;
    readonly turn?: Turn | undefined;
  },
) {
  const key = hash("sha256", `info ${REVISION} ${RENDERER_VERSION}\n${of.digest}`).slice(0, 40);
  const found = await variants.make(
    { ...of, key, needs: () => ({ cost: COST, allowance: allowanceToLook(of.facts) }) },
    async (run, original) =>
      new TextEncoder().encode(JSON.stringify(describe(await run("survey", { original }), original.length))),
  );
  return found && { about: JSON.parse(new TextDecoder().decode(found.bytes)) as About, from: found.from };
}

function describe({ facts, orientation, color, sketch }: Survey, bytes: number): About {
  const { format, width, height, hasAlpha: alpha } = facts;
  const pages = facts.documentPages ?? facts.pages;
  const [across, down] = width >= height ? [4, 3] : [3, 4];
  const opaque = new Uint8ClampedArray(onWhite(sketch.rgba));
  return {
    ...{ format, bytes, width, height, pages, orientation, alpha },
    color: color ? `#${color.map((each) => each.toString(16).padStart(2, "0")).join("")}` : null,
    thumbhash: Buffer.from(rgbaToThumbHash(sketch.width, sketch.height, sketch.rgba)).toString("base64"),
    blurhash: toBlurhash(opaque, sketch.width, sketch.height, across, down),
  };
}

/** A BlurHash knows no transparency. */
function onWhite(rgba: Uint8Array): Uint8Array {
  return rgba.map((value, at) => {
    if (at % 4 === 3) return 255;
    const alpha = (rgba[at - (at % 4) + 3] ?? 255) / 255;
    return Math.round(value * alpha + 255 * (1 - alpha));
  });
}

/** What `ci_info=json` answers. */
export function infoText(
  about: About,
  choice: Choice,
  { digest, remarks }: { readonly digest: string; readonly remarks: readonly Remark[] },
): Uint8Array {
  const delivered = { formats: formatsOf(choice), transformation: transformationOf(choice) };
  const original = { version: versionOfDigest(digest), ...about };
  return new TextEncoder().encode(`${JSON.stringify({ original, delivered, remarks }, undefined, 2)}\n`);
}

/** The same as a dictionary of RFC 9651, without the remarks: they have a header of their own. */
export function infoHeader(about: About, choice: Choice): string {
  const { format, bytes, width, height, pages, orientation, alpha, color, thumbhash, blurhash } = about;
  return [
    ...[`format=${format}`, `bytes=${bytes}`, `width=${width}`, `height=${height}`, `pages=${pages}`],
    ...[`orientation=${orientation}`, `alpha=?${alpha ? 1 : 0}`],
    ...(color === null ? [] : [`color="${color}"`]),
    ...[`thumbhash=:${thumbhash}:`, `blurhash="${blurhash}"`],
    `transformation="${transformationOf(choice)}"`,
  ].join(", ");
}

/** More than one where only the finished bytes decide. */
function formatsOf(choice: Choice): readonly string[] {
  if (choice.kind === "original") return [choice.facts.format];
  if (choice.kind === "film") return [choice.format];
  if ("mediaType" in choice) return [];
  if (choice.kind === "drawing") return ["svg", choice.pixels.request.format];
  const { format, rival } = choice.request;
  return rival === undefined ? [format] : [format, rival];
}

/** Canonical and in effect; what is delivered as it is has none. */
function transformationOf(choice: Choice): string {
  return choice.kind === "variant" ? canonicalTransformation(choice.request.transformation) : "";
}
