import { setTimeout as sleep } from "node:timers/promises";
import { type Freshet, freePort, startFreshet } from "../../test/support/freshet.ts";
import { type Origin, startOrigin } from "../../test/support/origin.ts";
import type { Options } from "../options.ts";
import { ask, isHit, timed } from "./ask.ts";
import { type Edge, purgeOf, startVarnishEdge } from "./edges.ts";

const NODES = 8;
const KEY = "client_0123456789abcdef";
/** Visitors come to every node of a CDN under one host name: what a node was asked for after a purge, it has for them. */
const VISITOR = { headers: { host: "img.bench.example" } };
const JSON_TYPE = { "x-client-key": KEY, "content-type": "application/json" };
/** Originals that take turns, and invalidations of each kind in a round. */
const ORIGINALS = 10;
const PER_ROUND = 30;

/** Milliseconds, one each. */
export interface FreshTimes {
  /** From the 201 to the last of the nodes' answers that were asked for after Done and carry the new number. */
  readonly fresh: number[];
  /** From the 201 until Done was read in the log. */
  readonly done: number[];
  /** The same fleet by bare xkey: from the purges to the last of the nodes' answers that were asked for after them. */
  readonly bare: number[];
}

/** How long after the 201 all of eight nodes give the new picture, beside a bare purge of the same nodes. */
export async function compareLatency(
  options: Options,
  progress: (text: string) => void,
): Promise<FreshTimes> {
  progress(`fresh: starting ${NODES} Varnish nodes`);
  const origin = await startOrigin();
  const edges: Edge[] = [];
  let freshet: Freshet | undefined;
  try {
    const port = await freePort();
    for (let at = 0; at < NODES; at += 1) {
      edges.push(await startVarnishEdge({ backendPort: port, memory: "32m" }));
    }
    freshet = await startFreshet({
      port,
      config: {
        projects: { bench: { apiKey: KEY, origins: { allow: ["127.0.0.1"], allowPrivate: true } } },
        cdn: [{ driver: "varnish", nodes: edges.map(({ url }) => url) }],
        log: "warn",
      },
    });
    for (const { url } of edges) await untilJoined(url);
    const fleet = { edges, origin, server: freshet };
    const times: FreshTimes = { fresh: [], done: [], bare: [] };
    for (let n = 0; n < ORIGINALS; n += 1) await show(fleet, n);
    // Compiled code, open connections.
    for (let n = 0; n < ORIGINALS; n += 1) await once(fleet, n, { fresh: [], done: [], bare: [] });
    for (let round = 0; round < options.rounds; round += 1) {
      progress(`fresh: round ${round + 1} of ${options.rounds}`);
      for (let n = 0; n < PER_ROUND; n += 1) await once(fleet, n % ORIGINALS, times);
    }
    return times;
  } finally {
    await freshet?.stop();
    await Promise.all(edges.map((edge) => edge.stop()));
    await origin.close();
  }
}

interface Fleet {
  readonly edges: readonly Edge[];
  readonly origin: Origin;
  readonly server: Freshet;
}

const pathOf = ({ origin }: Fleet, number: number) => `/v7/${origin.url}/${number}.jpg`;
const variantOf = (fleet: Fleet, number: number) => `${pathOf(fleet, number)}?w=100`;
let shade = 0;

/** Each invalidation is of a picture that really changed. */
function paint({ origin }: Fleet, number: number) {
  shade += 1;
  const colour = { red: shade % 251, green: (shade * 7) % 251, blue: (shade * 31) % 251 };
  return origin.paint(`/${number}.jpg`, colour, { width: 320, height: 240 });
}

/** Every node keeps the picture. */
async function show(fleet: Fleet, number: number): Promise<void> {
  await paint(fleet, number);
  for (const { url } of fleet.edges) {
    await untilHit(`${url}${variantOf(fleet, number)}`);
  }
}

/** Both kinds of purge, one behind the other, of the same picture on the same nodes. */
async function once(fleet: Fleet, number: number, times: FreshTimes): Promise<void> {
  const { edges, server } = fleet;
  await paint(fleet, number);
  const headers = JSON_TYPE;
  const body = JSON.stringify({ scope: "original", urls: [`/${fleet.origin.url}/${number}.jpg`] });
  const accepted = await ask(`${server.url}/invalidate`, { method: "POST", headers, body });
  const begun = performance.now();
  if (accepted.status !== 201) throw new Error(`An invalidation was answered ${accepted.status}.`);
  const sequence = await untilDone(server, JSON.parse(accepted.text).invalidation.uuid);
  const done = performance.now();
  const answers = await Promise.all(
    edges.map(({ url }) => ask(`${url}${variantOf(fleet, number)}`, VISITOR)),
  );
  const fresh = performance.now();
  for (const answer of answers) {
    if (answer.status !== 200 || !(Number(answer.headers["freshet-stamp"]) >= sequence)) {
      throw new Error(
        `After Done a node answered ${answer.status}, stamp ${answer.headers["freshet-stamp"]}.`,
      );
    }
  }
  if (new Set(answers.map((answer) => answer.headers.etag)).size !== 1) {
    throw new Error("After Done nodes gave different pictures.");
  }
  times.done.push(done - begun);
  times.fresh.push(fresh - begun);

  for (const { url } of edges) await untilHit(`${url}${variantOf(fleet, number)}`);
  const tag = await originalTag(fleet, number);
  const since = performance.now();
  const asking = { method: "BARE", headers: purgeOf(0, tag) };
  await Promise.all(edges.map(({ url }) => timed(`${url}/`, asking)));
  const again = await Promise.all(edges.map(({ url }) => ask(`${url}${variantOf(fleet, number)}`, VISITOR)));
  times.bare.push(performance.now() - since);
  if (again.some((answer) => answer.status !== 200 || isHit(answer))) {
    throw new Error("A bare purge did not reach every node.");
  }
}

/** Tags are stripped at the nodes: the server itself says them. */
async function originalTag(fleet: Fleet, number: number): Promise<string> {
  const { headers } = await ask(`${fleet.server.url}${variantOf(fleet, number)}`);
  const tag = /\bo-[0-9a-f]{16}\b/.exec(String(headers.xkey))?.[0];
  if (tag === undefined) throw new Error(`The server says no tags: ${headers.xkey}`);
  return tag;
}

async function untilDone({ url }: Freshet, uuid: string): Promise<number> {
  for (;;) {
    const { text } = await ask(`${url}/invalidate/${uuid}`, { headers: JSON_TYPE });
    const { status, sequence } = JSON.parse(text).invalidation;
    if (status === "DONE") return sequence;
    if (String(status).startsWith("ERROR")) throw new Error(`An invalidation ended as ${text}`);
    await sleep(1);
  }
}

async function untilHit(url: string): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (isHit(await ask(url, VISITOR))) return;
    await sleep(5);
  }
  throw new Error(`${url} is never a hit.`);
}

/** Until the server has given a node its base number, the node passes everything. */
async function untilJoined(url: string): Promise<void> {
  for (let tries = 0; tries < 400; tries += 1) {
    const { headers } = await ask(`${url}/v7/none.example/none.jpg`);
    if (!String(headers["cache-status"]).includes("fence-unknown")) return;
    await sleep(25);
  }
  throw new Error(`${url} was never given its base number.`);
}
