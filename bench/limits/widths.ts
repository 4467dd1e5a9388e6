import { Agent } from "node:http";
import sharp from "sharp";
import { costOf } from "../accounting.ts";
import { pictureAt } from "../ask.ts";
import { readMetrics } from "../metrics.ts";
import type { Options } from "../options.ts";
import { deliveryUrl, type Origin, type Server, startOwn } from "../peers.ts";
import type { Pictures } from "../pictures.ts";

/** What a responsive picture is asked for in, and how often in all. */
const WIDTHS = [320, 480, 640, 800, 960, 1_200, 1_440, 1_600] as const;
const REQUESTS = 200;
const ACCEPT = "image/webp,*/*";

/** One original that nobody asked for before, in all widths at once. */
export interface WidthsRound {
  readonly seconds: number;
  readonly cpuMs: number;
  /** The same widths of another original of the same pixels, one after the other. */
  readonly inTurn: { readonly seconds: number; readonly cpuMs: number };
  /** Requests at the origin, by its own log. */
  readonly fetches: number;
  readonly renders: number;
}

/** 200 requests over eight widths of one original, all at once: one fetch, eight renders. */
export async function measureWidths(
  { pictures, origin }: { readonly pictures: Pictures; readonly origin: Origin },
  options: Options,
  progress: (text: string) => void,
): Promise<readonly WidthsRound[]> {
  const server = await startOwn();
  const picture = pictures.names[2] ?? "";
  const rounds: WidthsRound[] = [];
  try {
    await askAll(server, origin.pictureUrl("widths-warm", picture), 1);
    for (let round = 0; round < options.rounds; round += 1) {
      progress(`widths: round ${round + 1} of ${options.rounds}`);
      const inTurn = await costOf(server, async () => {
        for (const width of WIDTHS) {
          const original = origin.pictureUrl(`widths-turn-${round}`, picture);
          await pictureAt(deliveryUrl(server, original, width), undefined, ACCEPT);
        }
      });
      const before = await readMetrics(server.url);
      const token = `widths-${round}`;
      const cost = await costOf(server, () => askAll(server, origin.pictureUrl(token, picture), REQUESTS));
      const after = await readMetrics(server.url);
      const asked = Object.values(await origin.asked(token));
      rounds.push({
        ...cost,
        inTurn,
        fetches: asked.reduce((sum, value) => sum + value, 0),
        renders: after("freshet_render_seconds_count") - before("freshet_render_seconds_count"),
      });
    }
    return rounds;
  } finally {
    await server.stop();
  }
}

/** So many requests on connections of their own, the widths in turn; throws unless each gets its width. */
async function askAll(server: Server, original: string, count: number): Promise<void> {
  const agent = new Agent({ maxSockets: count });
  try {
    const bodies = await Promise.all(
      Array.from({ length: count }, async (_, index) => {
        const width = WIDTHS[index % WIDTHS.length] ?? WIDTHS[0];
        return { width, body: await pictureAt(deliveryUrl(server, original, width), agent, ACCEPT) };
      }),
    );
    const firsts = new Map<number, Buffer>();
    for (const { width, body } of bodies) {
      const first = firsts.get(width);
      if (first && !first.equals(body)) throw new Error(`${original} gave different pictures of ${width}.`);
      if (!first && (await sharp(body).metadata()).width !== width)
        throw new Error(`${original} is not ${width} pixels wide.`);
      firsts.set(width, body);
    }
  } finally {
    agent.destroy();
  }
}
