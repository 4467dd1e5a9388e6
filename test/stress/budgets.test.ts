import { afterAll, beforeAll, expect, test } from "vitest";
import { demoOf } from "../support/demo.ts";
import { type Freshet, startFreshet } from "../support/freshet.ts";
import { type Origin, startOrigin } from "../support/origin.ts";
import { heavyPicture, putMany } from "./pictures.ts";

let origin: Origin;
let freshet: Freshet;

beforeAll(async () => {
  origin = await startOrigin();
  putMany(origin, "p", 60, await heavyPicture(800));
  freshet = await startFreshet({
    config: {
      ...demoOf(origin),
      console: { proxies: ["127.0.0.1"] },
      limits: { clientBudget: 2, unbudgeted: ["198.51.100.0/24"] },
    },
  });
});
afterAll(async () => {
  await freshet?.stop();
  await origin?.close();
});

async function ask(at: number, client: string, width = 300) {
  const answer = await fetch(`${freshet.url}/v7/_site_/p-${at}.jpg?w=${width}`, {
    headers: { "x-forwarded-for": client },
  });
  await answer.arrayBuffer();
  const { status, headers } = answer;
  return { status, code: headers.get("freshet-error"), later: headers.get("retry-after"), headers };
}

test("a client that asks for ever new pictures is told to come back; what was made stays his, and others notice nothing", async () => {
  let spent: Awaited<ReturnType<typeof ask>> | undefined;
  let asked = 0;
  for (; asked < 50 && !spent; asked += 1) {
    const told = await ask(asked, "203.0.113.5");
    if (told.status !== 200) spent = told;
  }
  expect(asked).toBeGreaterThan(3);
  expect([spent?.status, spent?.code]).toEqual([429, "CLIENT_BUDGET_SPENT"]);
  expect(Number(spent?.later)).toBeGreaterThanOrEqual(1);
  expect(spent?.headers.get("x-hexa-missingbehavior")).toBe("1");
  expect(spent?.headers.get("cache-control")).toBe("no-store");
  const before = origin.requests.size;
  expect((await ask(55, "203.0.113.5")).status).toBe(429);
  expect(origin.requests.size).toBe(before);
  expect((await ask(0, "203.0.113.5")).status).toBe(200);
  expect((await ask(56, "203.0.113.6")).status).toBe(200);
});

test("what another one had made costs nothing, and a network that is exempt is not counted", async () => {
  for (let at = 0; at < 40; at += 1) expect((await ask(at, "198.51.100.9", 200)).status).toBe(200);
  for (let at = 0; at < 40; at += 1) expect((await ask(at, "203.0.113.77", 200)).status).toBe(200);
});

test("a whole /64 is one client", async () => {
  const statuses: number[] = [];
  for (let at = 0; at < 50; at += 1) statuses.push((await ask(at, `2001:db8:7:7::${at + 1}`, 260)).status);
  expect(statuses[0]).toBe(200);
  expect(statuses.at(-1)).toBe(429);
  expect((await ask(57, "2001:db8:7:8::1", 260)).status).toBe(200);
});
