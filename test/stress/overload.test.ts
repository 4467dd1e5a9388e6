import { setTimeout as rest } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Freshet, startFreshet } from "../support/freshet.ts";
import { type Origin, startOrigin } from "../support/origin.ts";
import { full } from "../support/size.ts";
import { heavyPicture, metricOf, putMany } from "./pictures.ts";

const SECONDS = full ? 20 : 5;
const PER_SECOND = 60;

let origin: Origin;
let freshet: Freshet;

beforeAll(async () => {
  origin = await startOrigin();
  const picture = await heavyPicture();
  putMany(origin, "flood", SECONDS * PER_SECOND, picture);
  putMany(origin, "other", 20, picture);
  putMany(origin, "after", 20, picture);
  await origin.paint("/hit.jpg", { red: 9, green: 99, blue: 9 });
  const project = {
    origins: { allow: ["127.0.0.1"], allowPrivate: true },
    aliases: { _site_: origin.url },
  };
  freshet = await startFreshet({
    config: {
      projects: {
        flooded: { ...project, hosts: ["127.0.0.1"], apiKey: "client_0123456789abcdef" },
        other: { ...project, hosts: ["localhost"], apiKey: "client_fedcba9876543210" },
      },
      // One place, so that a machine of any size has too much to do.
      limits: { renders: 1, waitingMs: 1_500 },
      log: "error",
    },
  });
});
afterAll(async () => {
  await freshet?.stop();
  await origin?.close();
});

interface Told {
  readonly status: number;
  readonly ms: number;
  readonly retryAfter: string | null;
  readonly code: string | null;
}

async function ask(path: string, host = "127.0.0.1"): Promise<Told> {
  const begun = performance.now();
  const url = `http://${host}:${freshet.port}/v7/_site_/${path}`;
  const answer = await fetch(url, { signal: AbortSignal.timeout(60_000) });
  await answer.arrayBuffer();
  const { status, headers } = answer;
  const ms = performance.now() - begun;
  return { status, ms, retryAfter: headers.get("retry-after"), code: headers.get("freshet-error") };
}

const middle = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

test("more than can be rendered: what can is, the rest is told at once when to come back, and nobody else notices", {
  timeout: 120_000,
}, async () => {
  for (let turn = 0; turn < 3; turn += 1) expect((await ask(`after-${turn}.jpg?w=1500`)).status).toBe(200);
  await ask("hit.jpg?w=20");
  const flood: Promise<Told>[] = [];
  const others: Promise<Told>[] = [];
  const hits: Promise<Told>[] = [];
  const begun = performance.now();
  for (let at = 0; at < SECONDS * PER_SECOND; at += 1) {
    const due = begun + (at * 1_000) / PER_SECOND;
    await rest(Math.max(0, due - performance.now()));
    flood.push(ask(`flood-${at}.jpg?w=1500`));
    if (at % PER_SECOND === PER_SECOND - 1)
      others.push(ask(`other-${others.length}.jpg?w=1500`, "localhost"));
    if (at % 10 === 9) hits.push(ask("hit.jpg?w=20"));
  }
  const asked = [...origin.requests.keys()].filter((path) => path.startsWith("/flood")).length;
  const answers = await Promise.all(flood);
  const served = answers.filter(({ status }) => status === 200);
  const refused = answers.filter(({ status }) => status !== 200);

  expect(served.length).toBeGreaterThanOrEqual(3);
  expect(refused.length).toBeGreaterThan(answers.length / 4);
  for (const { status, code, retryAfter } of refused) {
    expect([status, code]).toEqual([503, "SERVER_BUSY"]);
    expect(Number(retryAfter)).toBeGreaterThanOrEqual(1);
  }
  // Whoever is turned away is told before he has waited, and his origin was asked for nothing.
  expect(middle(refused.map(({ ms }) => ms))).toBeLessThan(middle(served.map(({ ms }) => ms)) / 3);
  expect(asked).toBeLessThan(answers.length - refused.length / 2);
  const theirs = await Promise.all(others);
  expect(theirs.map(({ status }) => status)).toEqual(others.map(() => 200));
  expect((await Promise.all(hits)).every(({ status }) => status === 200)).toBe(true);

  const [foreseen, late] = await Promise.all(
    ["foreseen", "late"].map((why) => metricOf(freshet.url, `freshet_renders_refused_total{why="${why}"}`)),
  );
  expect(foreseen).toBeGreaterThan(0);
  expect(late).toBeLessThan(refused.length / 10 + 3);
  // And it is over when it is over.
  expect((await ask("after-9.jpg?w=1500")).status).toBe(200);
  console.log(
    `${answers.length} asked in ${SECONDS} s: ${served.length} served (middle ${Math.round(middle(served.map(({ ms }) => ms)))} ms), ${refused.length} told so (middle ${Math.round(middle(refused.map(({ ms }) => ms)))} ms)`,
  );
});

test("a herd for one picture that was never seen is let in whole", { timeout: 60_000 }, async () => {
  const herd = await Promise.all(Array.from({ length: 150 }, () => ask("after-15.jpg?w=1400")));
  expect(new Set(herd.map(({ status }) => status))).toEqual(new Set([200]));
  expect(origin.requests.get("/after-15.jpg")).toBe(1);
});
