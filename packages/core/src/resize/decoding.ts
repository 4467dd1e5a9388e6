import { randomUUID } from "node:crypto";
import { open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Sharp } from "sharp";
import { limited, openImage, openShrunk } from "./engine.ts";
import type { Size } from "./geometry.ts";
import { withoutUnseen } from "./jpeg/unseen.ts";
import type { Painting } from "./passes.ts";

/** By how much a JPEG can be shrunk while it is decoded. */
export type Shrink = 1 | 2 | 4 | 8;

/** The shrink at which sharp decodes a JPEG for a size: the largest that leaves a factor of a ninth and more to be scaled by. */
export function shrinkOf(source: Size, target: Size): Shrink {
  const factor = Math.min(source.width / target.width, source.height / target.height);
  if (factor >= 9) return 8;
  if (factor >= 5) return 4;
  return factor >= 3 ? 2 : 1;
}

/** What libvips leaves of a side: a last pixel that would not be whole is cut off. */
export const shrunk = ({ width, height }: Size, shrink: Shrink): Size => ({
  width: Math.max(1, Math.floor(width / shrink)),
  height: Math.max(1, Math.floor(height / shrink)),
});

/** What of an original has to be decoded to be made smaller so; all of it where the picture is to be as true as it can be. A copy is one of the scraps. */
export function decodedOf(
  { bytes, header, scraps }: Pick<Painting, "bytes" | "header" | "scraps">,
  shrink: Shrink,
  isFine: boolean,
): Uint8Array {
  const { format, interlaced, hasGainMap } = header;
  if (format !== "jpeg" || !interlaced || hasGainMap || isFine) return bytes;
  const seen = withoutUnseen(bytes, shrink);
  if (seen !== bytes) scraps?.push(seen);
  return seen;
}

/**
 * The pixels from which sharp itself would go on, as a TIFF without compression: libvips asks for rows of what it reads in strips as it
 * asks for those of a JPEG, and for those of bare pixels otherwise, so that rows which lie between two of its filters come out by either
 * one. Only of a file can it be told the shrink, so the bytes pass through one without a name: it is gone when it is closed, whatever
 * happens. Rejects where the system has no such files.
 */
export async function decodeAt(bytes: Uint8Array, shrink: Shrink, deadline: number): Promise<Uint8Array> {
  const write = (image: Sharp) => limited(image.tiff({ compression: "none" }), deadline).toBuffer();
  if (shrink === 1) return write(openImage(bytes, { maxPixels: false, animated: false }));
  const path = join(tmpdir(), `freshet-${randomUUID()}`);
  const file = await open(path, "wx+", 0o600);
  try {
    await rm(path);
    await file.writeFile(bytes);
    return await write(openShrunk(`/proc/self/fd/${file.fd}`, shrink));
  } finally {
    await file.close();
  }
}

/** The image to go on with. */
export const openFrame = (frame: Uint8Array): Sharp =>
  openImage(frame, { maxPixels: false, animated: false });
