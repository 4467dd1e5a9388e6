import { type InputFormat, isDeveloped } from "../format.ts";
import type { RenderLimits } from "./contract.ts";
import { RenderError } from "./errors.ts";
import { checkLimits } from "./limits.ts";
import { type Header, readHeader, readPlainHeader } from "./probe.ts";
import { sniffFormat } from "./sniff.ts";

/** An original as it is painted from: bytes that sharp reads, and their header. */
export interface Readable {
  readonly bytes: Uint8Array;
  readonly header: Header;
  /** That of the original, whatever it was developed to. */
  readonly format: InputFormat;
}

/**
 * Reads a header, holds what it promises against the limits, and only then develops what sharp does not read. A document stays one: it is
 * drawn when it is known in which size.
 */
export async function readOriginal(
  original: Uint8Array,
  limits: RenderLimits,
  page?: number,
): Promise<Readable> {
  const promised = await readHeader(original, page);
  const { format } = promised;
  checkLimits(promised, original.length, limits);
  if (!isDeveloped(format) || format === "pdf") return { bytes: original, header: promised, format };
  const { develop } = await import("./develop/index.ts");
  const { bytes, orientation } = await develop(format, original);
  const plain = sniffFormat(bytes);
  if (!plain || isDeveloped(plain) || plain === "svg") {
    throw new RenderError("IMAGE_UNREADABLE", "What lies inside of the original is no picture.");
  }
  const header = await readPlainHeader(plain, bytes, orientation);
  checkLimits(header, 0, limits);
  return { bytes, header, format };
}
