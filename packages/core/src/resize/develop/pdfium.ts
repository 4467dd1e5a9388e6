import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { PDFiumDocument, PDFiumLibrary } from "@hyzyla/pdfium";
import type { Raw } from "../engine.ts";
import { RenderError } from "../errors.ts";
import type { Size } from "../geometry.ts";
import { checkPage } from "../limits.ts";
import { notInstalled } from "./not-installed.ts";

/** Pixels of a point (1/72 inch) where no size is asked for. */
const PER_POINT = 2;
/** Pixels of a page that are drawn at most; what is larger is drawn smaller, and enlarged where that was asked for. */
export const MOST_RASTER = 12_000_000;

/** Starts the library anew, with a memory that nobody has used. */
type Start = () => Promise<PDFiumLibrary>;

let loaded: Promise<Start> | undefined;

/** PDFium without scripts and without a network, compiled once. */
async function load(): Promise<Start> {
  const pdfium = await import("@hyzyla/pdfium").catch((error) => {
    throw notInstalled("@hyzyla/pdfium", error);
  });
  const file = await readFile(fileURLToPath(import.meta.resolve("@hyzyla/pdfium/pdfium.wasm")));
  const compiled = await WebAssembly.compile(file);
  return () =>
    pdfium.PDFiumLibrary.init({
      instantiateWasm(imports, started) {
        const instance = new WebAssembly.Instance(compiled, imports);
        // What is wanted is the instance, whatever the type says.
        started(instance as unknown as WebAssembly.Module);
        return instance.exports;
      },
    });
}

/** What is known of a document and of one page of it, as large as it is drawn where no size is asked for. */
export interface DocumentHead extends Size {
  readonly documentPages: number;
}

/** Reads what a document says of itself. Rejects with `PAGE_MISSING` where it has no such page. */
export const readDocument = (bytes: Uint8Array, page = 1): Promise<DocumentHead> =>
  opened(bytes, async (document) => {
    const documentPages = document.getPageCount();
    checkPage({ documentPages }, page);
    const { originalWidth, originalHeight } = document.getPage(page - 1).getOriginalSize();
    // Also where it is no number.
    if (!(originalWidth > 0 && originalHeight > 0)) throw unreadable();
    const factor = Math.min(PER_POINT, Math.sqrt(MOST_RASTER / (originalWidth * originalHeight)));
    const side = (points: number) => Math.max(1, Math.round(points * factor));
    return { documentPages, width: side(originalWidth), height: side(originalHeight) };
  });

/** Draws a page on white, in so many pixels. */
export const drawPage = (bytes: Uint8Array, page: number, { width, height }: Size): Promise<Raw> =>
  opened(bytes, async (document) => {
    const { data } = await document.getPage(page - 1).render({ width, height, scale: 1, render: "bitmap" });
    if (data.length !== width * height * 4) throw unreadable();
    return { data: opaque(data), width, height, channels: 3, pages: 1 };
  });

/** Each document has the library for itself: nothing that one of them left in its memory is there for the next. It takes a hundredth of a second. */
async function opened<Result>(
  bytes: Uint8Array,
  work: (document: PDFiumDocument) => Promise<Result>,
): Promise<Result> {
  loaded ??= load();
  const start = await loaded;
  try {
    const library = await start();
    return await work(await library.loadDocument(bytes));
  } catch (error) {
    if (error instanceof RenderError) throw error;
    const isLocked = error instanceof Error && /password/i.test(error.message);
    throw isLocked ? locked() : unreadable(error);
  }
}

/** In place: what is left over at the end is cut off. */
function opaque(rgba: Uint8Array): Uint8Array {
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    rgba[to] = rgba[from] ?? 0;
    rgba[to + 1] = rgba[from + 1] ?? 0;
    rgba[to + 2] = rgba[from + 2] ?? 0;
  }
  return rgba.subarray(0, (rgba.length / 4) * 3);
}

const unreadable = (cause?: unknown) =>
  new RenderError("IMAGE_UNREADABLE", "The document cannot be read. Replace it with an undamaged PDF.", {
    cause,
  });
const locked = () =>
  new RenderError("IMAGE_UNREADABLE", "The document asks for a password. Publish one without.");
