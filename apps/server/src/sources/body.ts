import { promisify } from "node:util";
import { brotliDecompress, gunzip } from "node:zlib";
import { letGo } from "@freshet/core/resize";
import { LoopShare } from "./loop-share.ts";
import type { Refusal } from "./refusal.ts";
import { Overflow, type Spool, type Spooled } from "./spool.ts";

/** What became of a body. */
export type Body =
  | { readonly kind: "whole"; readonly bytes: Uint8Array }
  | { readonly kind: "spooled"; readonly spooled: Spooled }
  | { readonly kind: "too-large" }
  | { readonly kind: "no-room" }
  | { readonly kind: "refused"; readonly refusal: Refusal }
  | { readonly kind: "unreadable"; readonly reason: string };

/** What became of one that is held. */
export type HeldBody = Exclude<Body, { kind: "spooled" }>;

/** Bytes made room for before any arrived: an origin's word about its length costs us no more than this. */
const FIRST_ROOM = 1 << 20;

const loop = new LoopShare();

/** How large a body may be. */
interface Size {
  /** Bytes that may be held. */
  readonly maxBytes: number;
  readonly announced: number | undefined;
  /** What takes more than it wants to be held; absent, nothing does. */
  readonly spool?: Spool | undefined;
}

/**
 * Collects a body of at most `maxBytes`, and never holds more than twice what arrived: chunks are copied out of the
 * socket's buffers, because a body sent byte by byte would otherwise keep a whole buffer alive per byte. `received`
 * hears how many bytes are there and may look at them, until it returns; a refusal ends the reading. What went to
 * the spool cannot be looked at, and whoever is given it has to keep or to discard it.
 */
export async function readBody(
  chunks: AsyncIterable<Uint8Array>,
  size: Size,
  received: (total: number, soFar: (() => Uint8Array) | undefined) => Refusal | undefined,
): Promise<Body> {
  const { announced = 0, maxBytes, spool } = size;
  if (announced > Math.max(maxBytes, spool?.maxBytes ?? 0)) return { kind: "too-large" };
  let room = roomFor(Math.min(size.announced ?? FIRST_ROOM, FIRST_ROOM, maxBytes));
  let total = 0;
  const soFar = () => room.subarray(0, total);
  let overflow: Overflow | undefined;
  let isWhole = false;
  try {
    for await (const chunk of chunks) {
      const { length } = chunk;
      const next = total + length;
      if (spool && !overflow && next > spool.from && spool.takes(total > 0 ? soFar() : chunk)) {
        overflow = new Overflow(spool);
        const moved = await overflow.add(soFar());
        if (moved !== "taken") return { kind: moved };
        room = new Uint8Array(0);
      }
      if (overflow) {
        const added = await overflow.add(chunk);
        if (added !== "taken") return { kind: added };
      } else {
        if (next > maxBytes) return { kind: "too-large" };
        if (next > room.length) {
          const most = spool && next <= spool.from ? spool.from : maxBytes;
          const larger = roomFor(Math.min(Math.max(next, room.length * 2, announced), most));
          larger.set(soFar());
          // What it leaves, megabytes of it, would be work for the garbage collector.
          letGo(room);
          room = larger;
        }
        room.set(chunk, total);
      }
      total = next;
      // A socket gives a buffer per read: left to the garbage collector, those of a few megabytes lead it through the whole heap.
      letGo(chunk);
      const refusal = received(total, overflow ? undefined : soFar);
      if (refusal) return { kind: "refused", refusal };
      const pause = loop.pauseAfter(length);
      if (pause) await pause;
    }
    isWhole = true;
    if (overflow) return { kind: "spooled", spooled: overflow.whole };
  } finally {
    if (!isWhole) await overflow?.discard();
  }
  // Room that was not needed is given back, so that a small image does not hold a large buffer.
  return { kind: "whole", bytes: total === room.length ? room : new Uint8Array(room.buffer.transfer(total)) };
}

/** Nothing is written to it beforehand, and nobody may look at what was not written since. */
const roomFor = (bytes: number): Uint8Array<ArrayBuffer> =>
  new Uint8Array(Buffer.allocUnsafeSlow(bytes).buffer);

const DECODERS = { gzip: promisify(gunzip), "x-gzip": promisify(gunzip), br: promisify(brotliDecompress) };

/**
 * Undoes a Content-Encoding that an origin used though it was asked not to; the decoded size is bounded by `maxBytes`
 * as well.
 */
export async function decodeBody(
  bytes: Uint8Array,
  encoding: string | undefined,
  maxBytes: number,
): Promise<HeldBody> {
  if (isPlain(encoding)) return { kind: "whole", bytes };
  const name = nameOf(encoding);
  if (!isDecodable(name)) return { kind: "unreadable", reason: `It answered with the encoding ${name}.` };
  try {
    const decoded = await DECODERS[name](bytes, { maxOutputLength: maxBytes });
    return { kind: "whole", bytes: new Uint8Array(decoded.buffer, decoded.byteOffset, decoded.byteLength) };
  } catch (error) {
    if (error instanceof RangeError) return { kind: "too-large" };
    return { kind: "unreadable", reason: `Its ${name} body cannot be decoded.` };
  }
}

/** Whether a body with this Content-Encoding is what it stands for as it is. */
export const isPlain = (encoding: string | undefined): boolean => ["", "identity"].includes(nameOf(encoding));

const nameOf = (encoding: string | undefined): string => (encoding ?? "").trim().toLowerCase();

function isDecodable(name: string): name is keyof typeof DECODERS {
  return Object.hasOwn(DECODERS, name);
}
