import { freePort } from "../support/freshet.ts";
import { type Origin, startOrigin } from "../support/origin.ts";
import { startVarnish, type Varnish } from "../support/varnish.ts";
import { backdate } from "./backdate.ts";
import { type Console, startConsole } from "./console.ts";

const API_KEY = "client_0123456789abcdef";

/** A console over an origin and one Varnish, with a project that has pictures. */
export interface Installation {
  readonly all: Console;
  readonly origin: Origin;
  readonly varnish: Varnish;
  /** Asks for an invalidation as a program with the project's key does; its id. */
  invalidate(body: object): Promise<string>;
  /** Resolves to the entry once it has ended. */
  // biome-ignore lint/suspicious/noExplicitAny: what a test reads from it, it expects.
  ended(uuid: string): Promise<any>;
  /** Lets an invalidation, and all before it, have been received at another time: nobody waits a week for a test. */
  backdate(uuid: string, at: Date): void;
  close(): Promise<void>;
}

export async function startInstallation(): Promise<Installation> {
  await using started = new AsyncDisposableStack();
  const origin = await startOrigin();
  started.defer(() => origin.close());
  for (const name of ["hat", "scarf", "coat"]) {
    await origin.paint(`/media/${name}.jpg`, { red: 200, green: 30, blue: 30 });
  }
  const port = await freePort();
  const varnish = await startVarnish({ backendPort: port });
  started.defer(() => varnish.stop());
  const all = await startConsole({
    port,
    config: {
      projects: {
        shop: {
          apiKey: API_KEY,
          hosts: [new URL(varnish.url).host],
          aliases: { _media_: `${origin.url}/media` },
          origins: { allowPrivate: true },
          tags: [{ match: "/_media_/hat", tag: "hats" }],
        },
      },
      cdn: [{ driver: "varnish", nodes: [varnish.url] }],
    },
  });
  started.defer(() => all.close());
  const headers = { "x-client-key": API_KEY, "content-type": "application/json" };
  const running = started.move();
  return {
    ...{ all, origin, varnish },
    async invalidate(body) {
      const answer = await fetch(`${all.freshet.url}/invalidate`, {
        ...{ method: "POST", headers, body: JSON.stringify(body) },
      });
      if (answer.status !== 201) throw new Error(await answer.text());
      return ((await answer.json()) as { invalidation: { uuid: string } }).invalidation.uuid;
    },
    async ended(uuid) {
      for (let left = 600; left > 0; left--) {
        const answer = await fetch(`${all.freshet.url}/invalidate/${uuid}`, { headers });
        // biome-ignore lint/suspicious/noExplicitAny: see above.
        const { invalidation } = (await answer.json()) as any;
        if (/^(DONE|ERROR)/.test(invalidation.status)) return invalidation;
        await new Promise((rest) => setTimeout(rest, 100));
      }
      throw new Error(`${uuid} does not end.`);
    },
    backdate: (uuid, at) => backdate(all.freshet.dataFolder, uuid, at),
    close: () => running.disposeAsync(),
  };
}
