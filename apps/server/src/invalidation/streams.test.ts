import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { InvalidationStep } from "@freshet/core";
import type { FastifyInstance } from "fastify";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { readEvents } from "../cli/events.ts";
import type { Feed, Wish } from "./feed.ts";
import { type Boot, boot, DEMO, newFile, routesOf, SHOP } from "./fixture.ts";
import { createMemoryNode } from "./memory-node.ts";
import { createStreams } from "./streams.ts";

const STAGES = ["RECEIVED", "PREPARING", "FLUSHINGCLOUDIMAGESERVER", "FLUSHINGCDNSERVERS", "DONE"];

interface Told {
  readonly event: string;
  readonly id: string | undefined;
  readonly step: InvalidationStep;
}

/** A client of a stream, which remembers what it was told. */
interface Client {
  readonly told: readonly Told[];
  /** Stages of one entry, each once, in the order they were told. */
  stagesOf(uuid: string): readonly string[];
  /** Resolves when the server has ended the stream. */
  readonly ended: Promise<void>;
  leave(): void;
}

const clients: Client[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.leave();
});

async function listen(app: FastifyInstance): Promise<string> {
  await app.listen({ port: 0, host: "127.0.0.1" });
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
}

async function follow(
  url: string,
  query = "",
  { key = DEMO.apiKey, after }: { readonly key?: string; readonly after?: string | undefined } = {},
): Promise<Client> {
  const leaving = new AbortController();
  const answer = await fetch(`${url}/invalidate/events${query}`, {
    signal: leaving.signal,
    headers: { "x-client-key": key, ...(after === undefined ? {} : { "last-event-id": after }) },
  });
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-type")).toMatch(/^text\/event-stream/);
  expect(answer.headers.get("cache-control")).toBe("no-store");
  const told: Told[] = [];
  const read = async () => {
    for await (const { event, id, data } of readEvents(answer.body as ReadableStream<Uint8Array>))
      told.push({ event, id, step: JSON.parse(data) });
  };
  const client: Client = {
    told,
    stagesOf: (uuid) => [
      ...new Set(told.filter(({ step }) => step.uuid === uuid).map(({ step }) => step.status)),
    ],
    ended: read().catch(() => {}),
    leave: () => leaving.abort(),
  };
  clients.push(client);
  return client;
}

describe("the stream of events", () => {
  const node = createMemoryNode("node");
  let file: string;
  let made: Boot;
  let app: FastifyInstance;
  let url: string;
  beforeAll(async () => {
    file = await newFile();
    made = await boot(file, [node]);
    await made.invalidation.start();
    app = await routesOf(made);
    url = await listen(app);
  });
  afterAll(async () => {
    await app.close();
    await made.stop();
  });
  afterEach(() => node.behave("well"));

  const accept = async (path = "/site/a.jpg", key: string = DEMO.apiKey): Promise<string> => {
    const answer = await fetch(`${url}/invalidate`, {
      ...{ method: "POST", headers: { "x-client-key": key } },
      body: JSON.stringify({ scope: "original", urls: [path], cause: { kind: "test", id: "7" } }),
    });
    const { invalidation } = (await answer.json()) as { readonly invalidation: { readonly uuid: string } };
    return invalidation.uuid;
  };

  test("tells each stage once, in order, with cause, targets and evidence", async () => {
    const client = await follow(url);
    const uuid = await accept();
    await expect.poll(() => client.stagesOf(uuid)).toEqual(STAGES);
    const own = client.told.filter(({ step }) => step.uuid === uuid);
    expect(own.at(-1)?.step).toMatchObject({
      ...{ scope: "original", attempt: 1, cause: { kind: "test", id: "7" }, error: null },
      targets: [{ node: "node", status: "done" }],
      evidence: { bytes: { unknown: 1 } },
    });
    const times = own.map(({ step }) => Date.parse(step.at));
    expect(times).toEqual(times.toSorted((one, other) => one - other));
    expect(new Set(client.told.map(({ id }) => id)).size).toBe(client.told.length);
  });

  test("of one invalidation tells what was before, and ends with it", async () => {
    const uuid = await accept();
    const client = await follow(url, `?uuid=${uuid}`);
    await client.ended;
    expect(client.stagesOf(uuid)).toEqual(STAGES);
    expect(new Set(client.told.map(({ step }) => step.uuid))).toEqual(new Set([uuid]));
  });

  test("goes on behind the last event that was received, without a gap and without telling twice", async () => {
    const first = await follow(url);
    const before = await accept();
    await expect.poll(() => first.stagesOf(before)).toEqual(STAGES);
    first.leave();
    const missed = [await accept("/site/b.jpg"), await accept("/site/c.jpg")];
    for (const uuid of missed) await made.invalidation.waitFor(DEMO, uuid);
    const second = await follow(url, "", { after: first.told.at(-1)?.id });
    for (const uuid of missed) await expect.poll(() => second.stagesOf(uuid)).toEqual(STAGES);
    expect(second.stagesOf(before)).toEqual([]);
    const ids = [...first.told, ...second.told].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("shows how open ones stand, to who comes without a last event", async () => {
    node.behave("hang");
    const uuid = await accept();
    const client = await follow(url);
    await expect.poll(() => client.stagesOf(uuid)).toEqual(STAGES.slice(0, 4));
    node.behave("well");
    await expect.poll(() => client.stagesOf(uuid)).toEqual(STAGES);
  });

  test("tells of attempts at a node, and of a retry as another attempt", async () => {
    const client = await follow(url);
    node.behave(new Error("The node is on fire."));
    const uuid = await accept();
    await expect.poll(() => client.stagesOf(uuid)).toContain("ERROR_CDN_NODE");
    const failed = client.told.find(({ step }) => step.uuid === uuid && step.status === "ERROR_CDN_NODE");
    expect(failed?.step).toMatchObject({
      error: "node: The node is on fire.",
      targets: [{ node: "node", status: "failed", error: "The node is on fire." }],
    });
    node.behave("well");
    await fetch(`${url}/invalidate/${uuid}/retry`, {
      ...{ method: "POST", headers: { "x-client-key": DEMO.apiKey } },
    });
    const second = () =>
      client.told
        .filter(({ step }) => step.uuid === uuid && step.attempt === 2)
        .map(({ step }) => step.status);
    await expect.poll(second).toContain("DONE");
  });

  test("says that it cannot go on behind an event that nobody knows", async () => {
    for (const after of ["nonsense", "1-1-1-4", "zzzzzzzzzz-zzzzzzzzzzz-1-1"]) {
      const client = await follow(url, "", { after });
      if (after.startsWith("z")) continue;
      await expect.poll(() => client.told[0]?.event).toBe("reset");
    }
  });

  test("is told to nobody else", async () => {
    const other = await follow(url, "", { key: SHOP.apiKey });
    const own = await follow(url);
    const uuid = await accept();
    await expect.poll(() => own.stagesOf(uuid)).toEqual(STAGES);
    const of = await accept("/site/a.jpg", SHOP.apiKey);
    await expect.poll(() => other.stagesOf(of)).toEqual(STAGES);
    expect(other.stagesOf(uuid)).toEqual([]);
    expect(own.stagesOf(of)).toEqual([]);
    const head = (path: string, key: string) =>
      fetch(`${url}/invalidate/events${path}`, { headers: { "x-client-key": key } });
    expect((await head("", "wrong")).status).toBe(401);
    expect((await head(`?uuid=${uuid}`, SHOP.apiKey)).status).toBe(404);
    expect((await head("?uuid=nothing", DEMO.apiKey)).status).toBe(404);
  });

  test("goes on through another process on the same database, behind the same event", async () => {
    const isShared = made.store.isShared;
    const first = await follow(url);
    const before = await accept();
    await expect.poll(() => first.stagesOf(before)).toEqual(STAGES);
    // An embedded database has one process: there it is the same one, started again.
    if (!isShared) return;
    const instance = { name: "other", role: "all", isAlone: false, leaseMs: 1_000 } as const;
    const other = await boot(file, [node], { instance });
    await other.invalidation.start();
    const otherApp = await routesOf(other);
    const otherUrl = await listen(otherApp);
    try {
      const live = await follow(otherUrl);
      const uuid = await accept("/site/d.jpg");
      await expect.poll(() => live.stagesOf(uuid)).toEqual(STAGES);
      await expect.poll(() => first.stagesOf(uuid)).toEqual(STAGES);
      first.leave();
      const missed = await accept("/site/e.jpg");
      await made.invalidation.waitFor(DEMO, missed);
      const again = await follow(otherUrl, "", { after: first.told.at(-1)?.id });
      await expect.poll(() => again.stagesOf(missed)).toEqual(STAGES);
    } finally {
      for (const client of clients.splice(0)) client.leave();
      await otherApp.close();
      await other.stop();
    }
  });

  test("ends when the server closes", async () => {
    const closing = await routesOf(made);
    const client = await follow(await listen(closing));
    await closing.close();
    await client.ended;
  });
});

describe("streams", () => {
  const wish: Wish = { project: "demo" };
  const silent: Feed = {
    follow: async () => ({ past: [], isBroken: false, leave: () => {} }),
    wake: () => {},
    stop: async () => {},
  };
  /** A response that a client reads as it comes. */
  async function exchange(open: (response: ServerResponse) => void) {
    const server = createServer((_request, response) => open(response));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const answer = fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    return { server, answer };
  }

  test("that are silent say so, and end when the key is good no more", async () => {
    let isAllowed = true;
    const streams = createStreams(silent, 20);
    const { server, answer } = await exchange((response) => {
      void streams.open(response, wish, async () => isAllowed);
    });
    const { body } = await answer;
    let text = "";
    const reading = (async () => {
      for await (const bytes of body as ReadableStream<Uint8Array>) text += new TextDecoder().decode(bytes);
    })();
    await expect.poll(() => text).toMatch(/^retry: \d+\n\n(: still here\n\n)+$/);
    expect(streams.count).toBe(1);
    isAllowed = false;
    await reading;
    expect(streams.count).toBe(0);
    server.close();
  });

  test("are bounded for each project, and one that has ended makes room", async () => {
    const streams = createStreams(silent);
    const open: ServerResponse[] = [];
    const faults: unknown[] = [];
    const server = createServer((_request, response) => {
      open.push(response);
      streams
        .open(response, wish, async () => true)
        .catch((error: unknown) => {
          faults.push(error);
          response.end();
        });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await Promise.all(Array.from({ length: 50 }, () => fetch(url)));
    expect(streams.count).toBe(50);
    await fetch(url);
    expect(faults).toMatchObject([{ code: "STREAMS_TOO_MANY" }]);
    open[0]?.end();
    await expect.poll(() => streams.count).toBe(49);
    await fetch(url);
    expect(streams.count).toBe(50);
    streams.close();
    server.closeAllConnections();
    server.close();
  });
});
