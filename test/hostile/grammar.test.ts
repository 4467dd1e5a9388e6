import { createServer, type Server } from "node:net";
import fc from "fast-check";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ask, type Reply } from "../support/ask.ts";
import { demoOf } from "../support/demo.ts";
import { type Freshet, startFreshet } from "../support/freshet.ts";
import { type Origin, startOrigin } from "../support/origin.ts";
import { full } from "../support/size.ts";
import { type Grammar, grammarOf } from "./inputs/grammar.ts";

const COUNT = full ? 1_000 : 60;
/** So many at a time, as visitors come. */
const AT_ONCE = 4;
/** Another one for each night would find more; the same for each run finds again what it found. */
const SEED = 35;

let origin: Origin;
let freshet: Freshet;
let listener: Server;
let port: number;
let grammar: Grammar;
/** Whoever came to the address that is named in all of them. */
const guests: string[] = [];

beforeAll(async () => {
  listener = createServer((socket) => {
    guests.push(String(socket.remotePort));
    socket.destroy();
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  port = (listener.address() as { readonly port: number }).port;
  grammar = grammarOf(`http://127.0.0.1:${port}/x`);
  origin = await startOrigin();
  freshet = await startFreshet({
    config: {
      ...demoOf(origin),
      limits: { cellWaitingMs: 120_000, waitingMs: 60_000 },
    },
  });
});
afterAll(async () => {
  await freshet?.stop();
  await origin?.close();
  await new Promise((resolve) => listener?.close(resolve));
});

/** Serves all of them as originals, and asks for each. */
async function deliver(
  kind: string,
  type: string,
  inputs: readonly Uint8Array[],
  query: (at: number) => string,
) {
  for (const [at, bytes] of inputs.entries()) origin.put(`/${at}.${kind}`, bytes, { "content-type": type });
  const answers: Reply[] = [];
  let next = 0;
  const walk = async () => {
    for (let at = next; at < inputs.length; at = next) {
      next += 1;
      answers[at] = await ask(freshet, "demo", `/v7/_site_/${at}.${kind}${query(at)}`, {
        accept: "image/webp",
      });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, walk));
  return answers;
}

async function expectHarmless(
  answers: readonly Reply[],
  inputs: readonly (string | Uint8Array)[],
): Promise<number> {
  let shown = 0;
  for (const [at, { status, headers }] of answers.entries()) {
    const code = headers.get("freshet-error");
    expect(
      [200, 404, 413, 415],
      `${at}: ${code}\n${Buffer.from(inputs[at] ?? "").toString("latin1")}`,
    ).toContain(status);
    if (status === 200) shown += 1;
  }
  expect(guests).toEqual([]);
  expect(() => process.kill(freshet.pid, 0)).not.toThrow();
  expect(freshet.logs()).not.toMatch(/delivery failed|unhandled/i);
  // Somebody who comes afterwards is served.
  await origin.paint("/after.jpg", { red: 9, green: 99, blue: 9 });
  expect((await ask(freshet, "demo", `/v7/_site_/after.jpg?w=${at(answers)}`)).status).toBe(200);
  return shown;
}
const at = (answers: readonly unknown[]) => 10 + (answers.length % 50);

test(`${COUNT} documents of a grammar are pictures or refused, and ask nobody for anything`, {
  timeout: 900_000,
}, async () => {
  const inputs = fc.sample(grammar.pdf, { numRuns: COUNT, seed: SEED });
  const answers = await deliver(
    "pdf",
    "application/pdf",
    inputs,
    (each) => `?w=120&doc_page=${1 + (each % 3)}`,
  );
  const shown = await expectHarmless(answers, inputs);
  // Most of them are right, so that they were looked at, not only turned away.
  expect(shown).toBeGreaterThan(COUNT / 5);
  for (const { status, bytes } of answers) {
    if (status === 200) expect((await sharp(bytes).metadata()).width).toBeGreaterThan(0);
  }
});

/** What must not be in a drawing that is delivered, whatever it was made of. */
const FORBIDDEN =
  /<(?:\w+:)?(?:script|handler|foreignobject|iframe|a[\s>])|<!ENTITY|<!DOCTYPE|<\?|\son\w+\s*=|script:|@import|xml:base/i;

test(`${COUNT} drawings of a grammar are delivered without anything that runs or fetches`, {
  timeout: 900_000,
}, async () => {
  const inputs = fc.sample(grammar.svg, { numRuns: COUNT, seed: SEED });
  const bytes = inputs.map((text) => Buffer.from(text));
  const answers = await deliver("svg", "image/svg+xml", bytes, (each) =>
    each % 4 === 3 ? "?force_format=png" : "",
  );
  const shown = await expectHarmless(answers, inputs);
  expect(shown).toBeGreaterThan(COUNT / 5);
  let drawings = 0;
  for (const [place, { headers, bytes: body }] of answers.entries()) {
    if (headers.get("content-type") !== "image/svg+xml") continue;
    drawings += 1;
    expect(headers.get("content-security-policy")).toContain("default-src 'none'");
    const text = body.toString();
    expect(text, inputs[place]).not.toMatch(FORBIDDEN);
    expect(text, inputs[place]).not.toContain(String(port));
  }
  expect(drawings).toBeGreaterThan(COUNT / 10);
});
