import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { type MovingOrigin, startMovingOrigin } from "../../test/storm/moving-origin.ts";
import { type Freshet, startFreshet } from "../../test/support/freshet.ts";
import { type Answer, ask } from "../freshness/ask.ts";
import { fill, indexed } from "./many-files.ts";

const KEY = "client_0123456789abcdef";
const JSON_TYPE = { "x-client-key": KEY, "content-type": "application/json" };
/** The folder whose originals have a tag of the same name. */
export const TAGGED = "tagged";

/** Milliseconds from sending an invalidation until its 201, and until its log was read that says Done. */
export interface Invalidated {
  readonly accepted: number;
  readonly done: number;
}

/** A server with so many entries on its disk, all of them indexed, and an origin whose pictures show their version. */
export interface LargeCache {
  readonly server: Freshet;
  readonly origin: MovingOrigin;
  /** Delivery URL of an original: for each quality a variant of its own, without loss so that the version can be read off. */
  urlOf(path: string, quality?: number): string;
  /** Throws for anything but a picture. */
  picture(url: string): Promise<Answer>;
  /** Throws unless it becomes Done. `onAccepted` is waited for between its 201 and the first look at its log. */
  invalidate(
    what: { readonly path: string } | { readonly tag: string },
    onAccepted?: () => Promise<void>,
  ): Promise<Invalidated>;
  stop(): Promise<void>;
}

export async function startLargeCache(entries: number): Promise<LargeCache> {
  const origin = await startMovingOrigin({ delay: () => 0, half: () => false });
  const server = await startFilled(entries).catch(async (error) => {
    await origin.close();
    throw error;
  });
  const { host } = new URL(origin.url);
  return {
    server,
    origin,
    urlOf: (path, quality = 100) => `${server.url}/v7/${origin.url}${path}?w=8&force_format=png&q=${quality}`,
    async picture(url) {
      const answer = await ask(url);
      if (answer.status !== 200) throw new Error(`${url} was answered ${answer.status}: ${answer.text}`);
      return answer;
    },
    async invalidate(what, onAccepted) {
      const body =
        "tag" in what
          ? { scope: "tags", tags: [what.tag] }
          : { scope: "original", urls: [`/${host}${what.path}`] };
      const begun = performance.now();
      const asking = { method: "POST", headers: JSON_TYPE, body: JSON.stringify(body) };
      const { status, text } = await ask(`${server.url}/invalidate`, asking);
      const accepted = performance.now() - begun;
      if (status !== 201) throw new Error(`An invalidation was answered ${status}: ${text}`);
      await onAccepted?.();
      await untilDone(`${server.url}/invalidate/${JSON.parse(text).invalidation.uuid}`);
      return { accepted, done: performance.now() - begun };
    },
    async stop() {
      await server.stop();
      await origin.close();
    },
  };
}

async function startFilled(entries: number): Promise<Freshet> {
  const server = await startFreshet({
    config: {
      // What is indexed must not be too much for the bound, or it is evicted.
      limits: { diskBytes: 64 * 2 ** 30 },
      projects: {
        bench: {
          apiKey: KEY,
          origins: { allow: ["127.0.0.1"], allowPrivate: true },
          tags: [{ match: `/${TAGGED}/`, tag: TAGGED }],
        },
      },
    },
  });
  try {
    if (entries > 0) {
      await server.kill();
      fill(join(server.dataFolder, "variants"), entries);
      await server.restart();
      await indexed(server, entries);
    }
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function untilDone(url: string): Promise<void> {
  for (;;) {
    const { text } = await ask(url, { headers: JSON_TYPE });
    const { status } = JSON.parse(text).invalidation;
    if (status === "DONE") return;
    if (String(status).startsWith("ERROR")) throw new Error(`An invalidation ended as ${text}`);
    await setImmediate();
  }
}
