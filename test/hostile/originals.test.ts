import { setTimeout as rest } from "node:timers/promises";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Freshet, startFreshet } from "../support/freshet.ts";
import { watchFootprint } from "../support/memory.ts";
import { type Origin, startOrigin } from "../support/origin.ts";
import { full } from "../support/size.ts";
import type { HostileInput } from "./inputs/input.ts";
import { hostileOriginals } from "./inputs/originals.ts";

/** Over all processes of the server. */
const MOST_BYTES = 600 * 2 ** 20;
const MOST_TRIES = 5;
/** Of the hostile ones; what visitors ask for besides is not counted. */
const AT_ONCE = 50;
/** Harmless pictures that others ask for meanwhile. */
const PICTURES = 200;

let origin: Origin;
/** Of those who mean no harm: origins have their turns each, so that nobody waits behind another one's flood. */
let harmless: Origin;
let freshet: Freshet;
let inputs: readonly HostileInput[];
/** Milliseconds until the last of them was answered for the first time. */
let firstMs: number;

beforeAll(async () => {
  const all = await hostileOriginals();
  inputs = all.filter(({ isLong = false }) => full || !isLong);
  origin = await startOrigin();
  for (const [place, { bytes, type = "image/jpeg" }] of inputs.entries()) {
    origin.put(`/hostile-${place}`, bytes, { "content-type": type });
  }
  harmless = await startOrigin();
  for (let place = 0; place < PICTURES; place += 1)
    await harmless.paint(`/${place}.jpg`, { red: place, green: 9, blue: 9 });
  freshet = await startFreshet({
    config: {
      projects: {
        demo: {
          hosts: ["127.0.0.1"],
          origins: { allow: ["127.0.0.1"], allowPrivate: true },
          aliases: { _site_: origin.url, _others_: harmless.url },
        },
      },
      // On a busy machine the last of them waits long.
      limits: { cellWaitingMs: 120_000 },
      log: "error",
    },
  });
});
afterAll(async () => {
  await freshet?.stop();
  await origin?.close();
  await harmless?.close();
});

const ask = (path: string, alias = "_site_") =>
  fetch(`${freshet.url}/v7/${alias}${path}`, { signal: AbortSignal.timeout(240_000) });

/** Whoever is told to come back does so, a few times; on a machine that does nothing else nobody is. */
async function askPatiently(path: string): Promise<Response> {
  for (let tries = 1; ; tries += 1) {
    const answer = await ask(path);
    const later = answer.headers.get("retry-after");
    if (answer.status !== 503 || later === null || tries === MOST_TRIES) return answer;
    await answer.arrayBuffer();
    await rest(Number(later) * 1_000);
  }
}

async function askAll() {
  const begun = performance.now();
  const answerTo = async (place: number) => {
    const { name, query = "?w=100", refused, mayShow = false } = inputs[place] as HostileInput;
    const answer = await askPatiently(`/hostile-${place}${query}`);
    const body = new Uint8Array(await answer.arrayBuffer());
    const { status, headers } = answer;
    const [code, type] = [headers.get("freshet-error"), headers.get("content-type") ?? ""];
    return { name, refused, mayShow, status, code, type, body, ms: performance.now() - begun };
  };
  const answers: Awaited<ReturnType<typeof answerTo>>[] = [];
  let next = 0;
  const client = async () => {
    while (next < inputs.length) answers.push(await answerTo(next++));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, client));
  return answers;
}

/** Pictures of others, each a new one, until told to stop; answers how long the slowest took. */
function serveOthers(): () => Promise<{ readonly answers: number; readonly slowestMs: number }> {
  let isOver = false;
  const done = (async () => {
    let slowestMs = 0;
    let answers = 0;
    for (; !isOver; answers += 1) {
      const begun = performance.now();
      const answer = await ask(`/${answers % PICTURES}.jpg?w=${100 + answers}`, "_others_");
      expect(answer.status, `another's picture: ${answer.headers.get("freshet-error")}`).toBe(200);
      await answer.arrayBuffer();
      slowestMs = Math.max(slowestMs, performance.now() - begun);
      await rest(50);
    }
    return { answers, slowestMs };
  })();
  return () => {
    isOver = true;
    return done;
  };
}

test("fifty at once are refused with a reason, within 600 MB of all processes, while others are served", {
  timeout: 300_000,
}, async () => {
  await ask("/0.jpg?w=10", "_others_");
  const footprint = watchFootprint(freshet.pid);
  const others = serveOthers();
  const answers = await askAll();
  firstMs = Math.max(...answers.map(({ ms }) => ms));
  const { answers: served, slowestMs } = await others();
  const most = footprint();

  for (const { name, refused, mayShow, status, code, type, body } of answers) {
    if (status === 200) {
      expect(refused === undefined || mayShow, `${name} was answered`).toBe(true);
      // A drawing is written anew; whatever else it is comes out as the picture that it is.
      if (type === "image/svg+xml")
        expect(Buffer.from(body).toString(), name).not.toMatch(/script|onload|http:\/\/127/);
      else expect((await sharp(body).metadata()).width, name).toBeGreaterThan(0);
      continue;
    }
    expect(refused ?? [], `${name} was refused with ${status}`).toContain(code);
    expect(status, name).toBe(code === "ORIGIN_BROKEN" ? 502 : code === "IMAGE_UNREADABLE" ? 415 : 413);
  }
  expect(answers.filter(({ status }) => status >= 400 && status < 500).length).toBeGreaterThanOrEqual(50);
  expect(most.bytes, `${Math.round(most.own / 2 ** 20)} MB of them in the server itself`).toBeLessThanOrEqual(
    MOST_BYTES,
  );
  expect(most.looks).toBeGreaterThan(50);
  expect(served).toBeGreaterThan(10);
  expect(slowestMs).toBeLessThan(firstMs);
  console.log(
    `${answers.length} inputs: ${Math.round(most.bytes / 2 ** 20)} MB at most, ${served} others served meanwhile, the slowest in ${Math.round(slowestMs)} ms`,
  );
});

test("the server is the same process afterwards, and what was refused is refused again for nothing", {
  timeout: 240_000,
}, async () => {
  expect(() => process.kill(freshet.pid, 0)).not.toThrow();
  const begun = performance.now();
  const answers = await askAll();
  for (const { name, status } of answers.filter(({ refused, mayShow }) => refused && !mayShow)) {
    expect(status, name).toBeGreaterThanOrEqual(400);
  }
  // The first time the drawings alone took seconds of processor time each.
  expect(performance.now() - begun).toBeLessThan(firstMs / 2);
  expect((await ask("/1.jpg?w=77", "_others_")).status).toBe(200);
  expect(freshet.logs()).not.toMatch(/delivery failed|unhandled/i);
});
