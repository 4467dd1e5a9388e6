import { Agent, get } from "node:http";
import { setTimeout as rest } from "node:timers/promises";

/** What became of one request. */
export interface Asked {
  /** Milliseconds from the beginning of the load until it was sent. */
  readonly at: number;
  /** Milliseconds from when it was due until its last byte, so that a late sender flatters nobody. */
  readonly ms: number;
  /** 0 where there was no answer. */
  readonly status: number;
  readonly retryAfter: string | undefined;
}

/**
 * Asks at a fixed rate whether answers come or not, as visitors do: a client that waits for its answers would slow down with the server
 * and show no overload. `urlOf` names the nth. Resolves when all are answered.
 */
export async function askOpenLoop(
  urlOf: (at: number) => string,
  load: { readonly perSecond: number; readonly seconds: number },
): Promise<readonly Asked[]> {
  const agent = new Agent({ keepAlive: true });
  const begun = performance.now();
  const all: Promise<Asked>[] = [];
  const count = Math.ceil(load.perSecond * load.seconds);
  try {
    for (let at = 0; at < count; at += 1) {
      const due = begun + (at * 1_000) / load.perSecond;
      const early = due - performance.now();
      if (early > 0) await rest(early);
      all.push(ask(agent, urlOf(at), due - begun, begun));
    }
    return await Promise.all(all);
  } finally {
    agent.destroy();
  }
}

function ask(agent: Agent, url: string, at: number, begun: number): Promise<Asked> {
  const { promise, resolve } = Promise.withResolvers<Asked>();
  const end = (status: number, retryAfter?: string) =>
    resolve({ at, ms: performance.now() - begun - at, status, retryAfter });
  get(url, { agent, headers: { accept: "image/webp,*/*" } }, (answer) => {
    answer.resume();
    answer.on("end", () => end(answer.statusCode ?? 0, answer.headers["retry-after"]));
    answer.on("error", () => end(0));
  }).on("error", () => end(0));
  return promise;
}
