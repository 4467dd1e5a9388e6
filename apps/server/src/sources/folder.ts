import { type BigIntStats, constants } from "node:fs";
import { type FileHandle, open, realpath } from "node:fs/promises";
import { extname, join } from "node:path";
import { readBody } from "./body.ts";
import { broken, noRoom, notAllowed, tooLarge } from "./refusal.ts";
import type { Fetched, Location, Source, Validators } from "./source.ts";

type Request = Parameters<Source["fetch"]>[1];

/** A file changed less than this ago may change again without its times showing it. */
const SETTLED_NS = 2_000_000_000n;

/** Reads until a file holds still; one that never does is being written. */
const MAX_READS = 3;

const PIECE = 1 << 20;

// Neither follows a link in the last place nor waits for the writer of a pipe.
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

const MEDIA_TYPES_BY_EXTENSION: Readonly<Record<string, string>> = {
  ".arw": "image/x-dcraw",
  ".avif": "image/avif",
  ".bmp": "image/bmp",
  ".cr2": "image/x-dcraw",
  ".dng": "image/x-dcraw",
  ".gif": "image/gif",
  ".heic": "image/heic",
  ".heif": "image/heic",
  ".ico": "image/vnd.microsoft.icon",
  ".jp2": "image/jp2",
  ".jpeg": "image/jpeg",
  ".jpg": "image/jpeg",
  ".jxl": "image/jxl",
  ".nef": "image/x-dcraw",
  ".pdf": "application/pdf",
  ".png": "image/png",
  ".psd": "image/vnd.adobe.photoshop",
  ".raf": "image/x-dcraw",
  ".svg": "image/svg+xml",
  ".tif": "image/tiff",
  ".tiff": "image/tiff",
  ".webp": "image/webp",
};

/**
 * Reads originals from folders inside the data folder. Links, wherever they are in the path, names that begin with a
 * dot, and paths that lead out are refused; what is no plain file is missing.
 */
export function createFolderSource(dataFolder: string): Source {
  async function fetch(location: Location, request: Request, signal: AbortSignal): Promise<Fetched> {
    if (location.kind !== "folder") throw new TypeError("The folder source reads only folder locations.");
    signal.throwIfAborted();
    const steps = [location.folder, ...location.path.split("/")];
    const fault = steps.map(faultOf).find((each) => each !== undefined);
    if (fault !== undefined) return notAllowed(fault);
    try {
      const file = join(await realpath(dataFolder), ...steps);
      const handle = await open(file, FLAGS);
      try {
        // Whoever can write into the data folder could still swap a folder for a link between these two lines; the
        // refusal is there for links left lying about, not against the data folder's owner.
        if ((await realpath(file)) !== file) return notAllowed("The path leads through a link.");
        return await read(handle, extname(file), request, signal);
      } finally {
        await handle.close();
      }
    } catch (error) {
      signal.throwIfAborted();
      return outcomeOf(error);
    }
  }
  return { fetch };
}

async function read(
  handle: FileHandle,
  extension: string,
  request: Request,
  signal: AbortSignal,
): Promise<Fetched> {
  const { policy, validators, fresh, spool } = request;
  for (let attempt = 0; attempt < MAX_READS; attempt += 1) {
    const before = await handle.stat({ bigint: true });
    if (!before.isFile()) return { kind: "missing", status: 404 };
    const current = validatorsOf(before);
    if (!fresh && current.etag !== undefined && current.etag === validators?.etag) {
      return { kind: "unchanged", validators: current };
    }
    const size = Number(before.size);
    const mostBytes = Math.max(policy.maxBytes, spool?.maxBytes ?? 0);
    if (size > mostBytes) return tooLarge(mostBytes);
    const body = await readBody(
      piecesOf(handle, size, signal),
      { maxBytes: policy.maxBytes, announced: size, spool },
      () => undefined,
    );
    if (body.kind === "too-large") return tooLarge(mostBytes);
    if (body.kind === "no-room") return noRoom();
    // Overwritten while it was read: the bytes may be half old and half new.
    const isSame = sameContents(before, await handle.stat({ bigint: true }));
    const said = {
      contentType: MEDIA_TYPES_BY_EXTENSION[extension.toLowerCase()],
      validators: current,
      age: 0,
    };
    if (body.kind === "spooled") {
      if (isSame && body.spooled.size === size) return { ...body, ...said };
      await body.spooled.body.discard();
    }
    if (body.kind === "whole" && isSame && body.bytes.length === size)
      return { kind: "found", bytes: body.bytes, ...said };
  }
  return broken("The file is being written.");
}

async function* piecesOf(handle: FileHandle, size: number, signal: AbortSignal): AsyncIterable<Uint8Array> {
  for (let position = 0; position < size; ) {
    signal.throwIfAborted();
    const piece = new Uint8Array(Math.min(PIECE, size - position));
    const { bytesRead } = await handle.read(piece, 0, piece.length, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield bytesRead < piece.length ? piece.slice(0, bytesRead) : piece;
  }
}

/** ctime takes part because a copy can bring its own mtime along. */
function validatorsOf(stats: BigIntStats): Validators {
  const changed = stats.mtimeNs > stats.ctimeNs ? stats.mtimeNs : stats.ctimeNs;
  if (BigInt(Date.now()) * 1_000_000n - changed < SETTLED_NS) return {};
  const parts = [stats.dev, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs];
  return { etag: `"${parts.map((part) => part.toString(36)).join("-")}"` };
}

function sameContents(a: BigIntStats, b: BigIntStats): boolean {
  return a.size === b.size && a.mtimeNs === b.mtimeNs && a.ctimeNs === b.ctimeNs;
}

function faultOf(step: string): string | undefined {
  if (step === "") return "A path has no empty steps and begins with no slash.";
  if (step.startsWith(".")) return "Names that begin with a dot are not delivered.";
  return /[/\\\0]/.test(step) ? "A name holds a character that no file name may hold." : undefined;
}

function outcomeOf(error: unknown): Fetched {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ELOOP") return notAllowed("The file is a link.");
  if (
    code === "ENOENT" ||
    code === "ENOTDIR" ||
    code === "EISDIR" ||
    code === "ENAMETOOLONG" ||
    code === "ENXIO"
  ) {
    return { kind: "missing", status: 404 };
  }
  return broken(`The file cannot be read (${String(code ?? error)}).`);
}
