import { resetPeak, usageOf } from "../accounting.ts";
import type { Options } from "../options.ts";
import { type Origin, type Server, startOwn } from "../peers.ts";
import type { Pictures } from "../pictures.ts";
import { pause } from "../programs.ts";
import { residentOf } from "./resident.ts";

const IN_FLIGHT = 16;
const FORMATS = ["webp", "jpeg", "avif"] as const;
const IDLE_MS = 10_000;

/** What Freshet holds while and after it renders, over all its processes, in bytes. */
export interface MemoryFigures {
  /** Before the first picture. */
  readonly empty: number;
  /** At most over the first misses, sixteen in flight, three formats. */
  readonly peak: number;
  /** Ten seconds after the last of them. */
  readonly idle: number;
  /** At most over ten times as many. */
  readonly longPeak: number;
  readonly misses: number;
  readonly longMisses: number;
}

/** Memory over uncached renders of large photographs as WebP, JPEG and AVIF, and whether it grows with their number. */
export async function measureMemory(
  parts: { readonly pictures: Pictures; readonly origin: Origin },
  options: Options,
  progress: (text: string) => void,
): Promise<MemoryFigures> {
  const misses = options.quick ? 150 : 500;
  const longMisses = options.quick ? 600 : 5_000;
  // Sixteen that wait are none too many, however slow the machine is.
  const server = await startOwn(undefined, { limits: { waitingMs: 120_000 } });
  try {
    const empty = residentOf(server.pid);
    resetPeak(server.pid);
    progress(`memory: ${misses} misses`);
    await askFor(server, parts, misses);
    const { peakBytes: peak } = usageOf(server.pid);
    await pause(IDLE_MS);
    const idle = residentOf(server.pid);
    progress(`memory: ${longMisses - misses} more`);
    await askFor(server, parts, longMisses - misses);
    const { peakBytes: longPeak } = usageOf(server.pid);
    return { empty, peak, idle, longPeak: Math.max(peak, longPeak), misses, longMisses };
  } finally {
    await server.stop();
  }
}

let asked = 0;

async function askFor(
  server: Server,
  { pictures, origin }: { readonly pictures: Pictures; readonly origin: Origin },
  count: number,
): Promise<void> {
  let next = 0;
  const client = async () => {
    while (next < count) {
      const at = next;
      next += 1;
      asked += 1;
      const original = origin.pictureUrl(`m${asked}`, pictures.names[at % pictures.names.length] ?? "");
      const format = FORMATS[Math.floor(at / pictures.names.length) % FORMATS.length];
      const answer = await fetch(`${server.url}/v7/${original}?w=800&force_format=${format}&q=80`);
      await answer.arrayBuffer();
      if (answer.status !== 200) throw new Error(`${answer.url} was answered ${answer.status}.`);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, client));
}
