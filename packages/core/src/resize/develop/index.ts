import { RenderError } from "../errors.ts";
import { iconOf, largestEntry } from "./heads/ico.ts";
import { isCodestream } from "./heads/jp2.ts";
import { type HeadedFormat, readHead } from "./heads.ts";

/** An original as sharp reads it. */
export interface Developed {
  readonly bytes: Uint8Array;
  /** EXIF orientation where the bytes do not say it. */
  readonly orientation?: number | undefined;
}

/** What an original of a format that sharp does not read is drawn from: a picture that lies inside of it, or its decoded pixels. */
export async function develop(format: HeadedFormat, bytes: Uint8Array): Promise<Developed> {
  const head = readHead(format, bytes);
  if (!head) throw new RenderError("IMAGE_UNREADABLE", "The original has no header that could be read.");
  const { part } = head;
  if (part) return { bytes: bytes.subarray(part.at, part.at + part.length), orientation: part.orientation };
  const { decodeByMagick } = await import("./magick.ts");
  const entry = format === "ico" ? largestEntry(bytes) : undefined;
  const coder = format === "jp2" && isCodestream(bytes) ? "j2k" : format;
  return { bytes: await decodeByMagick(coder, entry ? iconOf(bytes, entry) : bytes, head) };
}
