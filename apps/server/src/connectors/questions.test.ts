import { createHmac } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { makeProject } from "../admin/api.test.support.ts";
import { findFaults } from "../config/shape.ts";
import { type Fleet, type Instance, startFleet } from "../instances/fleet.test.support.ts";
import { EVENTS, fitted, SITES } from "./answer.ts";

const SECRET = "a".repeat(43);
let fleet: Fleet;
let server: Instance;
/** A connector as the server meets it: what it was asked, and what it answers. */
let asked: IncomingMessage[];
let answer: (request: IncomingMessage, response: ServerResponse) => unknown;
let address: string;
let key: string;
const connector = createServer((request, response) => {
  asked.push(request);
  answer(request, response);
});

beforeAll(async () => {
  await new Promise<void>((resolve) => connector.listen(0, "127.0.0.1", resolve));
  address = `127.0.0.1:${(connector.address() as AddressInfo).port}`;
  fleet = await startFleet();
  server = await fleet.start({ name: "a", isAlone: true, connectorAddresses: [address] });
  await makeProject(server, "shop", {});
  const { body } = await server.ask("POST", "/projects/shop/keys", { body: { name: "c", right: "write" } });
  key = body.key;
});
afterAll(async () => {
  await fleet.stop();
  connector.closeAllConnections();
  connector.close();
});
beforeEach(() => {
  asked = [];
  answer = (_request, response) => response.end(JSON.stringify({ events: [], sites: [] }));
});

const announce = async (said: object, id = "wp") => {
  const body = { kind: "wordpress", state: "running", lag: 0, ...said };
  const put = await server.ask("PUT", `/connectors/${id}`, { body, key });
  expect(put.status, JSON.stringify(put.body)).toBe(200);
  return put;
};
const where = (path = "/wordpress/status", host = address) => ({
  ...{ status_url: `http://${host}${path}`, status_secret: SECRET },
});
const ask = (method: "GET" | "POST", what: string) => server.ask(method, `/connectors/wp/${what}`, { key });

test("questions are asked at the connector with its own secret, and the secret is shown to nobody", async () => {
  const put = await announce(where());
  expect(JSON.stringify([put.body, (await server.ask("GET", "/connectors")).body])).not.toContain(SECRET);
  const line = {
    ...{ site: "site.example", event: "evt_1", via: "push", state: "done", invalidations: ["u1"] },
    ...{ received_at: "2026-11-28T10:00:00.000Z", changed_at: "2026-11-28T10:00:01.000Z" },
    ...{ subject: "asset hat", link: "https://site.example/wp-admin/post.php?post=7" },
  };
  answer = (_request, response) =>
    response.end(
      JSON.stringify({ events: [{ ...line, remark: null, password: "x" }], cursor: "c2", more: 1 }),
    );
  const got = await ask(
    "GET",
    "events?site=site.example&state=done&limit=7&cursor=c1&before=2026-11-28T12:00:00Z",
  );
  expect([got.status, got.body]).toEqual([200, { events: [line], cursor: "c2" }]);
  const [request] = asked;
  expect(request?.url).toBe(
    "/wordpress/events?site=site.example&state=done&before=2026-11-28T12%3A00%3A00Z&limit=7&cursor=c1",
  );
  const {
    "webhook-id": id,
    "webhook-timestamp": at,
    "webhook-signature": signature,
  } = request?.headers ?? {};
  const mac = createHmac("sha256", SECRET).update(`${id}.${at}.GET ${request?.url}`).digest("base64");
  expect(signature).toBe(`v1,${mac}`);
});

test("a walk is begun by who may write, and it is written down who did", async () => {
  await announce(where());
  answer = (_request, response) => response.writeHead(202).end('{"sites":["site.example"]}');
  const { body: made } = await server.ask("POST", "/projects/shop/keys", {
    body: { name: "r", right: "read" },
  });
  const refused = await server.ask("POST", "/connectors/wp/reconcile", { key: made.key });
  expect([refused.status, asked.length]).toEqual([403, 0]);
  const begun = await ask("POST", "reconcile?site=site.example");
  expect([begun.status, begun.body]).toEqual([202, { sites: ["site.example"] }]);
  expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
    "POST /wordpress/reconcile?site=site.example",
  ]);
  const { body } = await server.ask("GET", "/audit?project=shop");
  expect(body.changes[0]).toMatchObject({ action: "connector.reconciled", subject: "wp" });
});

test("nothing is called that the operator did not list, whatever is announced", async () => {
  const victim = `localhost:${address.split(":")[1]}`;
  for (const status_url of [
    `http://${victim}/wordpress/status`,
    "http://169.254.169.254/latest/status",
    "http://127.0.0.1/status",
    "https://127.0.0.1:8081/status",
    "http://[::ffff:127.0.0.1]:8081/x/status",
  ]) {
    await announce({ status_url, status_secret: SECRET });
    const { status, body } = await ask("GET", "status");
    expect([status_url, status, body.code]).toEqual([status_url, 403, "CONNECTOR_NOT_ALLOWED"]);
  }
  expect(asked).toEqual([]);
});

test("an address that is no status address, and a connector without a secret, are not called", async () => {
  for (const said of [
    {},
    { status_url: `http://${address}/wordpress/status` },
    where("/admin/delete"),
    where("/wordpress/status?x=/status"),
  ]) {
    await announce(said);
    expect((await ask("POST", "reconcile")).body.code).toBe("CONNECTOR_MUTE");
  }
  expect(asked).toEqual([]);
  expect((await server.ask("GET", "/connectors/nobody/events", { key })).body.code).toBe("CONNECTOR_UNKNOWN");
});

test.each<[string, (response: ServerResponse) => unknown]>([
  ["refuses", (response) => response.writeHead(401).end("{}")],
  ["redirects", (response) => response.writeHead(302, { location: `http://${address}/x` }).end()],
  ["answers a page", (response) => response.end("<html>secrets of an intranet</html>")],
  ["answers another shape", (response) => response.end('{"events":[{"site":7}]}')],
  ["answers without end", (response) => response.end(`{"events":[],"x":"${"y".repeat(5_000_000)}"}`)],
  [
    "breaks off",
    (response) => response.writeHead(200, { "content-length": "100" }).write("{", () => response.destroy()),
  ],
])("a connector that %s is one error, and nothing of what it said is handed on", async (_what, reply) => {
  await announce(where());
  answer = (_request, response) => reply(response);
  const { status, body } = await ask("GET", "events");
  expect([status, body.code]).toEqual([502, "CONNECTOR_BROKEN"]);
  expect(JSON.stringify(body)).not.toContain("intranet");
  expect(asked).toHaveLength(1);
});

test("a connector that says nothing is given up after five seconds", async () => {
  await announce(where());
  answer = () => {};
  expect((await ask("GET", "status")).body.code).toBe("CONNECTOR_SLOW");
}, 20_000);

test("whatever a connector answers, what is handed on fits the document", () => {
  const near = fc.record(
    { events: fc.array(fc.object()), sites: fc.array(fc.object()) },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), near), fc.constantFrom(EVENTS, SITES), (value, schema) => {
      let found: unknown;
      try {
        found = fitted(schema, value);
      } catch (error) {
        expect(error).toMatchObject({ code: "CONNECTOR_BROKEN" });
        return;
      }
      expect(findFaults(schema, found)).toEqual([]);
    }),
  );
});
