import { isDeveloped } from "@freshet/core";
import { type ImageFacts, isRenderError, sniffFormat } from "@freshet/core/resize";
import { ServerError } from "../errors.ts";
import { allowanceOf, TEXT } from "./allowance.ts";
import { EMPTY_CELL } from "./cell.ts";
import type { Cells } from "./cells.ts";

/** Pixels on each side of a picture that is uploaded. */
const LONGEST_SIDE = 8_192;
/** It is decoded to this, which shows that it can be. */
const TRIAL = { resize: { w: 64, h: 64, func: "bound" } } as const;
const QUICK = { bytes: EMPTY_CELL + 100_000_000, cpuMs: 10_000, isQuick: false } as const;

/** A picture that can be drawn, and what it is. */
export interface CheckedPicture {
  readonly bytes: Uint8Array;
  readonly format: ImageFacts["format"];
  readonly width: number;
  readonly height: number;
}

/**
 * Looks at bytes of strangers before they are kept: whatever they are called, they have to begin like an image, and to be drawn in a
 * process that can be killed. A drawing (SVG) comes back written anew, with nothing in it that runs, loads or leads anywhere.
 * @throws ServerError FILE_NO_IMAGE.
 */
export async function checkPicture(cells: Cells, sent: Uint8Array): Promise<CheckedPicture> {
  const sniffed = sniffFormat(sent);
  if (sniffed === undefined || isDeveloped(sniffed)) throw new ServerError("FILE_NO_IMAGE");
  try {
    const bytes =
      sniffed === "svg" ? await cells.enter(TEXT, (run) => run("sanitise", { original: sent })) : sent;
    if (!bytes)
      throw new ServerError("FILE_NO_IMAGE", "This drawing cannot be written without what is unsafe.");
    const facts = await cells.enter(TEXT, (run) => run("probe", { original: bytes }));
    if (!facts) throw new ServerError("FILE_NO_IMAGE");
    const { format, width, height } = facts;
    if (Math.max(width, height) > LONGEST_SIDE)
      throw new ServerError("FILE_NO_IMAGE", `Its sides are at most ${LONGEST_SIDE} pixels long.`);
    const allowance = allowanceOf(facts, TRIAL, "png", { images: [] }) ?? QUICK;
    const job = { original: bytes, transformation: TRIAL, seen: [], format: "png" } as const;
    await cells.enter(allowance, (run) => run("render", job));
    return { bytes, format, width, height };
  } catch (error) {
    if (isRenderError(error)) throw new ServerError("FILE_NO_IMAGE", "It cannot be decoded.");
    throw error;
  }
}
