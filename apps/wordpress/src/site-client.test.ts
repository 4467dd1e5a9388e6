import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { refuseMessage } from "@freshet/connector";
import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { readSite } from "./site.ts";
import { createSiteClient, type SiteClient } from "./site-client.ts";

const undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0)) await step();
});

const secrets = ["the new secret of both", "the old secret of both"];

async function siteThat(
  answers: (request: IncomingMessage, response: ServerResponse, site: string) => unknown,
): Promise<{ client: SiteClient; url: string }> {
  const server = createServer((request, response) => void answers(request, response, url));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  undo.push(() => new Promise((resolve) => server.close(resolve)));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const site = readSite(url);
  if (site === undefined) throw new Error("unreachable");
  return { client: createSiteClient({ site, secrets, now: Date.now }), url };
}
const json = (response: ServerResponse, value: unknown) => response.end(JSON.stringify(value));
const event = (sequence: number) => ({ id: `evt_${sequence}`, sequence, at: "", files: [] });

test("events are asked for with a signature over the route and its query", async () => {
  const { client } = await siteThat((request, response, site) => {
    const url = new URL(request.url ?? "", site);
    const body = Buffer.from("GET /freshet/v1/events?after=16&limit=100");
    const headers = request.headers as Record<string, string>;
    const refusal = refuseMessage({ headers, body }, { secrets: secrets.slice(0, 1), now: Date.now() });
    const route = url.searchParams.get("rest_route");
    json(response, {
      site,
      head: 17,
      events: refusal === undefined && route === "/freshet/v1/events" ? [event(17)] : [],
    });
  });
  expect(await client.events(16, 100)).toEqual({
    head: 17,
    events: [{ id: "evt_17", order: 17, payload: event(17) }],
  });
});

test("what became of events is told to a site that asks, signed over the route and the body", async () => {
  const told: unknown[] = [];
  const { client } = await siteThat(async (request, response, site) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    if (request.method === "GET") {
      json(response, { site, head: 0, events: [], unsettled: ["evt_1", "evt 2", 3, "evt_4"] });
      return;
    }
    const headers = request.headers as Record<string, string>;
    const body = Buffer.from(`POST /freshet/v1/outcomes\n${text}`);
    told.push(refuseMessage({ headers, body }, { secrets, now: Date.now() }), JSON.parse(text));
    json(response, { site, taken: 1 });
  });
  expect(client.unsettled()).toEqual([]);
  await client.events(0, 100);
  expect(client.unsettled()).toEqual(["evt_1", "evt_4"]);
  const at = "2026-11-23T10:11:12.000Z";
  const line = {
    event: "evt_1",
    state: "done",
    invalidations: ["u-1"],
    remark: "1 file invalidated.",
  } as const;
  await client.tell([{ ...line, site: "site.example", via: "pull", received_at: at, changed_at: at }]);
  expect(told).toEqual([undefined, { outcomes: [{ ...line, at }] }]);
});

test("a site that still has the old secret is asked with it", async () => {
  const { client } = await siteThat((request, response, site) => {
    const body = Buffer.from("GET /freshet/v1/status");
    const headers = request.headers as Record<string, string>;
    const isOld =
      refuseMessage({ headers, body }, { secrets: secrets.slice(1), now: Date.now() }) === undefined;
    response.statusCode = isOld ? 200 : 401;
    json(response, isOld ? { site, plugin: "1.0", wordpress: "6.8", php: "8.2", head: 3, pending: 0 } : {});
  });
  expect(await client.status()).toEqual({ plugin: "1.0", wordpress: "6.8", php: "8.2", head: 3, pending: 0 });
});

test.each([
  [401, "refused the signature"],
  [404, "does not know the Freshet plugin"],
  [302, "redirects elsewhere"],
  [500, "answered 500"],
])("status %i is one sentence, and no redirect is followed", async (status, sentence) => {
  let asked = 0;
  const { client } = await siteThat((_request, response, site) => {
    asked += 1;
    response.writeHead(status, { location: `${site}/elsewhere`, "retry-after": "7" }).end("{}");
  });
  await expect(client.events(0, 100)).rejects.toMatchObject({
    message: expect.stringContaining(sentence),
    retryAfterMs: 7_000,
  });
  expect(asked).toBe(status === 401 ? 2 : 1);
});

test("an answer that is too long, broken off, or of another site is refused", async () => {
  const long = await siteThat((_request, response) => {
    for (let i = 0; i < 6; i++) response.write(Buffer.alloc(1_000_000, "x"));
    response.end();
  });
  await expect(long.client.events(0, 100)).rejects.toThrow("more than 5 MB");
  const broken = await siteThat((request, response) => {
    response.writeHead(200, { "content-length": "100" }).write("{", () => request.socket.destroy());
  });
  await expect(broken.client.events(0, 100)).rejects.toThrow("broke off");
  const other = await siteThat((_request, response) =>
    json(response, { site: "http://other.example", head: 0, events: [] }),
  );
  await expect(other.client.events(0, 100)).rejects.toThrow("calls itself http://other.example");
});

test("a site that is not there is one sentence", async () => {
  const site = readSite("http://127.0.0.1:1");
  if (site === undefined) throw new Error("unreachable");
  await expect(createSiteClient({ site, secrets, now: Date.now }).events(0, 1)).rejects.toThrow(
    "http://127.0.0.1:1 cannot be reached.",
  );
});

test("events out of order, before the asked number or without one are refused", async () => {
  for (const events of [[event(3), event(2)], [event(1)], [{ id: "evt_9" }], [{}], {}, null]) {
    const { client } = await siteThat((_request, response, site) =>
      json(response, { site, head: 9, events }),
    );
    await expect(client.events(1, 100)).rejects.toThrow("EVENTS.md");
  }
});

test("whatever JSON a site answers, the client gives a page or a sentence that names the site", async () => {
  let answer: unknown;
  const { client, url } = await siteThat((_request, response) => json(response, answer));
  const near = fc.record({ site: fc.constant(url), head: fc.jsonValue(), events: fc.jsonValue() });
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.jsonValue(), near), async (value) => {
      answer = value;
      const page = await client.events(0, 100).catch((thrown: unknown) => thrown);
      if (page instanceof Error) expect(page.message).toContain(url);
      else expect(page).toMatchObject({ head: expect.any(Number), events: expect.any(Array) });
    }),
  );
});
