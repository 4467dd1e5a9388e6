import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { PDFiumLibrary, PDFiumPage } from "@hyzyla/pdfium";
import type { Raw } from "../engine.ts";
import { RenderError } from "../errors.ts";
import type { Size } from "../geometry.ts";
import { checkPage } from "../limits.ts";
import { notInstalled } from "./not-installed.ts";

/** Pixels of a point (1/72 inch) where no size is asked for. */
const PER_POINT = 2;
/** Pixels of a page that are drawn at most; what is larger is drawn smaller, and enlarged where that was asked for. */
export const MOST_RASTER = 12_000_000;

/** Bytes of the library's memory for a document, what is drawn of it included. A page of 12 megapixels has 48 of them, the library itself 16. */
const MOST_MEMORY = 192 * 2 ** 20;

/** Of WebAssembly. */
const PAGE = 65_536;

interface Started {
  readonly library: PDFiumLibrary;
  readonly memory: BoundedMemory;
}

/** Starts the library anew, with a memory that nobody has used. */
type Start = () => Promise<Started>;

let loaded: Promise<Start> | undefined;

/** PDFium without scripts and without a network, compiled once. */
async function load(): Promise<Start> {
  const pdfium = await import("@hyzyla/pdfium").catch((error) => {
    throw notInstalled("@hyzyla/pdfium", error);
  });
  const file = await readFile(fileURLToPath(import.meta.resolve("@hyzyla/pdfium/pdfium.wasm")));
  const compiled = await WebAssembly.compile(file);
  return async () => {
    const memory = new BoundedMemory();
    const library = await pdfium.PDFiumLibrary.init({
      instantiateWasm(imports, started) {
        const instance = new WebAssembly.Instance(compiled, imports);
        memory.bound(instance.exports);
        // What is wanted is the instance, whatever the type says.
        started(instance as unknown as WebAssembly.Module);
        return instance.exports;
      },
    });
    return { library, memory };
  };
}

/** The memory of one library, which ends exactly where it may: whoever only looks at it from outside is late by what it takes in between. */
class BoundedMemory {
  /** It has asked for more than there is. */
  isExhausted = false;

  /** The library grows its memory by this method alone; what it throws is what the library is told where a system has no more. */
  bound(exports: WebAssembly.Exports): void {
    const memory = Object.values(exports).find((each) => each instanceof WebAssembly.Memory);
    if (!memory) throw new Error("PDFium has no memory that could be bounded.");
    const grow = memory.grow.bind(memory);
    memory.grow = (pages) => {
      if (memory.buffer.byteLength + pages * PAGE > MOST_MEMORY) {
        this.isExhausted = true;
        throw new RangeError("This document takes more memory than it may.");
      }
      return grow(pages);
    };
  }
}

/** What is known of a document and of one page of it, as large as it is drawn where no size is asked for. */
export interface DocumentHead extends Size {
  readonly documentPages: number;
}

interface Opened {
  readonly memory: BoundedMemory;
  readonly number: number;
  readonly page: PDFiumPage;
  readonly head: DocumentHead;
}

/**
 * Pages that were read and not drawn yet, as long as there are the bytes: who draws what he has read neither reads it again nor holds it twice,
 * because the memory of a library is collected late.
 */
const waiting = new WeakMap<Uint8Array, Opened>();

/** Reads what a document says of itself. Rejects with `PAGE_MISSING` where it has no such page. */
export async function readDocument(bytes: Uint8Array, page = 1): Promise<DocumentHead> {
  const found = await opened(bytes, page);
  waiting.set(bytes, found);
  return found.head;
}

/** Draws a page on white, in so many pixels. */
export async function drawPage(bytes: Uint8Array, page: number, { width, height }: Size): Promise<Raw> {
  const { memory, page: drawn } = await opened(bytes, page);
  // Drawing closes it.
  waiting.delete(bytes);
  return failing(memory, async () => {
    const { data } = await drawn.render({ width, height, scale: 1, render: "bitmap" });
    if (data.length !== width * height * 4) throw unreadable();
    return { data: opaque(data), width, height, channels: 3, pages: 1 };
  });
}

/** Each document has the library for itself: nothing that one of them left in its memory is there for the next. It takes a hundredth of a second. */
async function opened(bytes: Uint8Array, number: number): Promise<Opened> {
  const before = waiting.get(bytes);
  if (before?.number === number) return before;
  loaded ??= load();
  const { library, memory } = await (await loaded)();
  return failing(memory, async () => {
    const document = await library.loadDocument(bytes);
    const documentPages = document.getPageCount();
    checkPage({ documentPages }, number);
    const page = document.getPage(number - 1);
    return { memory, number, page, head: { documentPages, ...sizeOf(page) } };
  });
}

/** As large as it is drawn where no size is asked for. */
function sizeOf(page: PDFiumPage): Size {
  const { originalWidth, originalHeight } = page.getOriginalSize();
  // Also where it is no number.
  if (!(originalWidth > 0 && originalHeight > 0)) throw unreadable();
  const factor = Math.min(PER_POINT, Math.sqrt(MOST_RASTER / (originalWidth * originalHeight)));
  const side = (points: number) => Math.max(1, Math.round(points * factor));
  return { width: side(originalWidth), height: side(originalHeight) };
}

async function failing<Result>(memory: BoundedMemory, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RenderError) throw error;
    if (memory.isExhausted) throw exhausted(error);
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
const exhausted = (cause: unknown) =>
  new RenderError("IMAGE_TOO_LARGE", "The document takes too much memory to render. Publish a simpler one.", {
    cause,
  });
const locked = () =>
  new RenderError("IMAGE_UNREADABLE", "The document asks for a password. Publish one without.");
