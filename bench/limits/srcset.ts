import { usageOf } from "../accounting.ts";
import { type Origin, type Server, startOwn } from "../peers.ts";
import type { Pictures } from "../pictures.ts";
import { pause } from "../programs.ts";
import { rotated } from "../statistics.ts";

/** What a responsive picture offers. */
const WIDTHS = [200, 320, 480, 640, 800, 1024, 1280, 1600] as const;
const FORMATS = ["jpeg", "webp"] as const;
/** On a busy machine as well nothing is refused: work is counted, not time. */
const PATIENT = { waitingMs: 60_000, cellWaitingMs: 60_000 } as const;
/** Milliseconds in which a server finishes what it does after its answers; it is counted as well. */
const AFTERMATH_MS = 200;

/** CPU milliseconds for all pictures, round by round: eight widths of each at once. */
export interface SrcsetFigures {
  readonly format: (typeof FORMATS)[number];
  /** Widths that take the same shrink share what was decoded. */
  readonly shared: number[];
  /** The same requests to a server without frames: every width is decoded for itself. */
  readonly apart: number[];
  /** Eight originals instead, each asked for one of the widths with nobody else asking. */
  readonly alone: number[];
}

let asked = 0;

/** Eight widths of an original that nobody asked for before, at once: Freshet as it is beside itself without frames. Throws where a byte differs. */
export async function measureSrcset(
  { pictures, origin }: { readonly pictures: Pictures; readonly origin: Origin },
  rounds: number,
  progress: (text: string) => void,
): Promise<readonly SrcsetFigures[]> {
  const servers: { readonly name: "shared" | "apart"; readonly server: Server }[] = [];
  try {
    servers.push({ name: "shared", server: await startOwn(undefined, { limits: PATIENT }) });
    servers.push({
      name: "apart",
      server: await startOwn(undefined, { limits: { ...PATIENT, frameBytes: 0 } }),
    });
    const figures = FORMATS.map((format): SrcsetFigures => ({ format, shared: [], apart: [], alone: [] }));
    for (let round = -1; round < rounds; round += 1) {
      progress(round < 0 ? "srcset: once to warm up" : `srcset: round ${round + 1} of ${rounds}`);
      for (const figure of figures) {
        const spent = { shared: 0, apart: 0, alone: 0 };
        for (const picture of round < 0 ? pictures.names.slice(0, 1) : pictures.names) {
          asked += 1;
          const original = origin.pictureUrl(`s${asked}`, picture);
          const bodies: Buffer[][] = [];
          for (const { name, server } of rotated(servers, round + 1)) {
            const { cpuMs, bytes } = await burst(server, original, figure.format);
            spent[name] += cpuMs;
            bodies.push(bytes);
          }
          const [one = [], other = []] = bodies;
          if (!one.every((body, at) => body.equals(other[at] ?? Buffer.alloc(0))))
            throw new Error(`${picture}: what is shared and what is not differ.`);
          const [{ server } = { server: undefined }] = servers;
          if (server)
            spent.alone += await singly(
              server,
              (at) => origin.pictureUrl(`s${asked}-${at}`, picture),
              figure.format,
            );
        }
        if (round < 0) continue;
        figure.shared.push(spent.shared);
        figure.apart.push(spent.apart);
        figure.alone.push(spent.alone);
      }
    }
    return figures;
  } finally {
    for (const { server } of servers) await server.stop();
  }
}

type Format = SrcsetFigures["format"];

async function ask(server: Server, original: string, width: number, format: Format): Promise<Buffer> {
  const url = `${server.url}/v7/${original}?w=${width}&force_format=${format === "webp" ? "_webp" : format}&q=80`;
  const answer = await fetch(url);
  const body = Buffer.from(await answer.arrayBuffer());
  if (answer.status !== 200 || answer.headers.get("content-type") !== `image/${format}`)
    throw new Error(`${url} was answered ${answer.status} ${answer.headers.get("content-type")}.`);
  return body;
}

async function singly(server: Server, originalOf: (at: number) => string, format: Format): Promise<number> {
  const before = usageOf(server.pid).cpuMs;
  for (const [at, width] of WIDTHS.entries()) await ask(server, originalOf(at), width, format);
  await pause(AFTERMATH_MS);
  return usageOf(server.pid).cpuMs - before;
}

async function burst(server: Server, original: string, format: Format) {
  const before = usageOf(server.pid).cpuMs;
  const bytes = await Promise.all(WIDTHS.map((width) => ask(server, original, width, format)));
  await pause(AFTERMATH_MS);
  return { cpuMs: usageOf(server.pid).cpuMs - before, bytes };
}
