import { resetPeak, usageOf } from "../accounting.ts";
import type { Parts, Progress } from "../cell.ts";
import type { Options } from "../options.ts";
import { ipxUrl, startIpx, startOwn } from "../peers.ts";
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
  /** What ipx holds at most over as many misses as the first; unknown where it is not here. */
  readonly ipxPeak: number | undefined;
  readonly misses: number;
  readonly longMisses: number;
}

/** Memory over uncached renders of large photographs as WebP, JPEG and AVIF, and whether it grows with their number. */
export async function measureMemory(
  parts: Parts,
  options: Options,
  progress: Progress,
): Promise<MemoryFigures> {
  const misses = options.quick ? 150 : 500;
  const own = await measureOwn(parts, misses, options.quick ? 600 : 5_000, progress);
  return { ...own, ipxPeak: await peakOfIpx(parts, misses, progress) };
}

async function measureOwn(
  parts: Parts,
  misses: number,
  longMisses: number,
  progress: Progress,
): Promise<Omit<MemoryFigures, "ipxPeak">> {
  // Sixteen that wait are none too many, however slow the machine is.
  const server = await startOwn(undefined, { limits: { waitingMs: 120_000 } });
  const urlOf: UrlOf = (original, format) => `${server.url}/v7/${original}?w=800&force_format=${format}&q=80`;
  try {
    const empty = residentOf(server.pid);
    resetPeak(server.pid);
    progress(`memory: ${misses} misses`);
    await askFor(urlOf, parts, misses);
    const { peakBytes: peak } = usageOf(server.pid);
    await pause(IDLE_MS);
    const idle = residentOf(server.pid);
    progress(`memory: ${longMisses - misses} more`);
    await askFor(urlOf, parts, longMisses - misses);
    const { peakBytes: longPeak } = usageOf(server.pid);
    return { empty, peak, idle, longPeak: Math.max(peak, longPeak), misses, longMisses };
  } finally {
    await server.stop();
  }
}

async function peakOfIpx(parts: Parts, misses: number, progress: Progress): Promise<number | undefined> {
  const ipx = await startIpx().catch((error: Error) => parts.leaveOut("ipx", error.message));
  if (!ipx) return undefined;
  try {
    resetPeak(ipx.pid);
    progress(`memory: ${misses} misses of ipx`);
    await askFor((original, format) => ipxUrl(ipx, original, format), parts, misses);
    return usageOf(ipx.pid).peakBytes;
  } finally {
    await ipx.stop();
  }
}

type UrlOf = (original: string, format: (typeof FORMATS)[number]) => string;

let asked = 0;

async function askFor(urlOf: UrlOf, { pictures, origin }: Parts, count: number): Promise<void> {
  let next = 0;
  const client = async () => {
    while (next < count) {
      const at = next;
      next += 1;
      asked += 1;
      const original = origin.pictureUrl(`m${asked}`, pictures.names[at % pictures.names.length] ?? "");
      const format = FORMATS[Math.floor(at / pictures.names.length) % FORMATS.length] ?? "webp";
      const answer = await fetch(urlOf(original, format));
      await answer.arrayBuffer();
      if (answer.status !== 200) throw new Error(`${answer.url} was answered ${answer.status}.`);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, client));
}
