import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "../support/freshet.ts";
import { type Program, startProgram } from "../support/program.ts";
import { installClients, type Toolkit } from "./toolkit.ts";

const MAIN = join(import.meta.dirname, "../../apps/contentful/dist/main.js");
const secret = () => randomBytes(32).toString("hex");
const SECRETS = { app: secret(), old: secret(), one: secret(), two: secret() };
const PATH = "/contentful/events";

/** A body as Contentful sends it. */
const bodyOf = (space = "space1", asset = "hat") => {
  const link = (linkType: string, id: string) => ({ sys: { type: "Link", linkType, id } });
  const at = "2026-11-23T10:00:00.000Z";
  return JSON.stringify({
    sys: {
      type: "Asset",
      id: asset,
      space: link("Space", space),
      environment: link("Environment", "master"),
      updatedAt: at,
    },
    fields: {
      title: { "en-US": "Hüte – 帽子" },
      file: {
        "en-US": {
          url: `//images.ctfassets.net/${space}/${asset}/1f2e/a.jpg`,
          contentType: "image/jpeg",
          details: { size: 1 },
        },
      },
    },
  });
};
const headersOf = (topic = "Asset.publish") => ({
  "content-type": "application/vnd.contentful.management.v1+json",
  "x-contentful-topic": `ContentManagement.${topic}`,
  "x-contentful-idempotency-key": randomBytes(32).toString("hex"),
});

describe("a request that Contentful did not make", () => {
  let toolkit: Toolkit;
  let folder: string;
  let port: number;
  let connector: Program;

  beforeAll(async () => {
    ({ toolkit } = await installClients());
    folder = await mkdtemp(join(tmpdir(), "freshet-refusals-"));
    port = await freePort();
    const config = join(folder, "freshet.config.json");
    await writeFile(
      config,
      JSON.stringify({
        projects: { demo: { apiKey: "client_0123456789abcdef" } },
        connectors: {
          contentful: {
            app: "app1",
            // Two of the app's: the new one and the one before.
            secret: `${SECRETS.app}\n${SECRETS.old}`,
            spaces: [
              { space: "space1", webhookSecret: SECRETS.one, admins: ["boss"] },
              { space: "space2", webhookSecret: SECRETS.two },
            ],
          },
        },
      }),
    );
    connector = await startProgram({
      args: [MAIN],
      cwd: dirname(config),
      env: {
        FRESHET_CONFIG: config,
        FRESHET_DATA: join(folder, "data"),
        FRESHET_CONTENTFUL_PORT: String(port),
        PORT: String(await freePort()),
      },
      ready: [/^Contentful connector is ready: \S+$/m],
    });
  }, 240_000);
  afterAll(async () => {
    await connector?.end("SIGTERM");
    await rm(folder, { recursive: true, force: true });
  });

  /** Sends exactly these bytes and headers. */
  const send = (
    headers: Readonly<Record<string, string | readonly string[]>>,
    body: string | Buffer,
    { path = PATH, method = "POST" } = {},
  ): Promise<{ status: number; code: string | undefined; detail: string | undefined }> =>
    new Promise((resolve, reject) => {
      const outgoing = request(
        { host: "127.0.0.1", port, path, method, headers: headers as Record<string, string> },
        async (answer) => {
          const chunks: Buffer[] = [];
          for await (const chunk of answer) chunks.push(chunk as Buffer);
          const text = Buffer.concat(chunks).toString();
          const { code, detail } = text.startsWith("{") ? JSON.parse(text) : {};
          resolve({ status: answer.statusCode ?? 0, code, detail });
        },
      );
      outgoing.on("error", reject);
      outgoing.end(body);
    });
  const signed = (
    body = bodyOf(),
    {
      headers = headersOf() as Readonly<Record<string, string>>,
      by = SECRETS.app,
      at = Date.now(),
      path = PATH,
    } = {},
  ) => ({ ...headers, ...toolkit.signRequest(by, { method: "POST", path, headers, body }, at) });
  const refused = async (headers: Readonly<Record<string, string>>, body: string | Buffer = bodyOf()) => {
    const { status, detail } = await send(headers, body);
    expect(status).toBe(401);
    return detail;
  };

  test("while one that it made is taken, under every secret that holds now, and in both places", async () => {
    for (const by of [SECRETS.app, SECRETS.old, SECRETS.one])
      expect((await send(signed(bodyOf(), { by }), bodyOf())).status).toBe(200);
    const path = "/contentful/webhooks";
    expect((await send(signed(bodyOf(), { path }), bodyOf(), { path })).status).toBe(200);
  });

  test("is refused when it is forged: another secret, body, length or signature", async () => {
    expect(await refused(signed(bodyOf(), { by: secret() }))).toBe("signature-wrong");
    expect(await refused(signed(bodyOf("space1", "shoe")))).toBe("signature-wrong");
    const body = bodyOf();
    const headers = signed(body);
    for (const length of [0, 1, Math.floor(body.length / 2), body.length - 1])
      expect(await refused(headers, Buffer.from(body).subarray(0, length))).toMatch(
        /signature-wrong|malformed/,
      );
    expect(await refused(headers, `${body} `)).toBe("signature-wrong");
    expect(await refused({})).toBe("signature-missing");
    for (const signature of [
      "",
      "0",
      "g".repeat(64),
      headers["x-contentful-signature"]?.toUpperCase() ?? "",
      "a".repeat(65),
    ])
      expect(await refused({ ...headers, "x-contentful-signature": signature })).toMatch(/malformed|missing/);
  });

  test("is refused when its topic was exchanged, or was never signed", async () => {
    const headers = signed();
    expect(await refused({ ...headers, "x-contentful-topic": "ContentManagement.Asset.delete" })).toBe(
      "signature-wrong",
    );
    const { "x-contentful-topic": _topic, ...untitled } = headersOf();
    const bare = signed(bodyOf(), { headers: untitled });
    expect(await refused({ ...bare, "x-contentful-topic": "ContentManagement.Asset.delete" })).toBe(
      "malformed",
    );
    expect(await refused(bare)).toBe("malformed");
  });

  test("is refused when it is too old or from the future", async () => {
    for (const at of [Date.now() - 301_000, Date.now() + 62_000, Date.UTC(2024, 0), Date.UTC(2040, 0)])
      expect(await refused(signed(bodyOf(), { at }))).toBe("expired");
    for (const timestamp of ["", "-1", "1e3", "now", "9".repeat(40)])
      expect(await refused({ ...signed(), "x-contentful-timestamp": timestamp })).toMatch(
        /malformed|missing/,
      );
  });

  test("is refused when it is sent again in the same bytes, while the same event signed anew is known", async () => {
    const headers = headersOf();
    const first = signed(bodyOf(), { headers });
    expect((await send(first, bodyOf())).status).toBe(200);
    expect(await refused(first)).toBe("replayed");
    expect((await send(signed(bodyOf(), { headers, at: Date.now() + 1 }), bodyOf())).status).toBe(200);
  });

  test("is refused, and nothing breaks, when its form is odd", async () => {
    const odd: readonly string[] = [
      "",
      "null",
      "[]",
      '"x"',
      "{",
      "{}",
      '{"sys":null}',
      '{"sys":{"space":{"sys":{"id":"../x"}}}}',
      '{"sys":{"space":{"sys":{"id":"space1"}}}}',
    ];
    for (const body of odd) expect((await send(signed(body), body)).status, body).toBe(401);
    const names = [
      "x",
      "x-contentful-timestamp",
      "x-contentful-timestamp,x-contentful-signed-headers,x-contentful-signed-headers",
      ",,,",
      "a".repeat(9_000),
    ];
    for (const list of names)
      expect(await refused({ ...signed(), "x-contentful-signed-headers": list })).toMatch(/malformed|wrong/);
    const twice = {
      ...signed(),
      "x-contentful-topic": ["ContentManagement.Asset.publish", "ContentManagement.Asset.delete"],
    };
    expect((await send(twice, bodyOf())).status).toBe(401);
    const bytes = Buffer.from([0xff, 0xfe, 0x7b, 0x7d]);
    expect((await send(signed(), bytes)).status).toBe(401);
    expect((await send(signed(), Buffer.alloc(1_100_000, 0x20))).status).toBe(413);
    expect((await send({ ...signed(), "content-type": "text/plain" }, bodyOf())).status).toBe(401);
  });

  test("is refused by one space when it was signed for another", async () => {
    expect((await send(signed(bodyOf("space2"), { by: SECRETS.two }), bodyOf("space2"))).status).toBe(200);
    expect((await send(signed(bodyOf("space2"), { by: SECRETS.one }), bodyOf("space2"))).status).toBe(401);
    expect((await send(signed(bodyOf("space1"), { by: SECRETS.two }), bodyOf("space1"))).status).toBe(401);
    expect((await send(signed(bodyOf("space3")), bodyOf("space3"))).status).toBe(410);
  });

  describe("as a call of the app's pages", () => {
    const call = (
      route: string,
      {
        body = "",
        by = SECRETS.app,
        at = Date.now(),
        context = {},
        add = {},
      }: {
        body?: string;
        by?: string;
        at?: number;
        context?: object;
        add?: Readonly<Record<string, string>>;
      } = {},
    ) => {
      const [method = "GET", name = ""] = route.split(" ");
      const path = `/contentful/api/${name}`;
      const who = { spaceId: "space1", envId: "master", userId: "boss", appId: "app1", ...context };
      const headers = toolkit.signRequest(
        by,
        { method, path, headers: { "content-type": "application/json" }, ...(body && { body }) },
        at,
        who,
      );
      return {
        headers: { ...headers, "content-type": "application/json", ...add },
        body,
        how: { method, path },
      };
    };
    const answer = async ({
      headers,
      body,
      how,
    }: {
      headers: Readonly<Record<string, string>>;
      body: string;
      how: { method: string; path: string };
    }) => {
      const { status, code } = await send(headers, body, how);
      return [status, code];
    };

    test("is refused unless it was signed with the app's secret, for this call, now and once", async () => {
      expect(await answer(call("GET status"))).toEqual([200, undefined]);
      const policy = { body: JSON.stringify({ unpublished: "block" }) };
      expect(await answer(call("PUT policy", policy))).toEqual([200, undefined]);
      const once = call("PUT policy", policy);
      expect(await answer(once)).toEqual([200, undefined]);
      const wrong = [401, "CALL_NOT_GENUINE"];
      expect(await answer(once)).toEqual(wrong);
      // A secret of webhooks signs no call.
      expect(await answer(call("GET status", { by: SECRETS.one }))).toEqual(wrong);
      expect(await answer(call("GET status", { at: Date.now() + 70_000 }))).toEqual(wrong);
      expect(await answer(call("GET status", { at: Date.now() - 400_000 }))).toEqual(wrong);
      expect(await answer(call("GET status", { context: { appId: "another" } }))).toEqual(wrong);
      expect(await answer(call("GET status", { add: { "x-contentful-space-id": "space2" } }))).toEqual(wrong);
      expect(await answer(call("GET status", { add: { "x-contentful-user-id": "me" } }))).toEqual(wrong);
      const { how, headers } = call("GET status");
      expect(await answer({ headers, body: "", how: { ...how, path: "/contentful/api/blocks" } })).toEqual(
        wrong,
      );
      expect(await answer({ headers: {}, body: "", how })).toEqual(wrong);
      expect(await answer({ ...call("PUT policy", policy), body: '{"unpublished":"purge"}' })).toEqual(wrong);
    });

    test("an event is no call, and a call is no event", async () => {
      const path = "/contentful/api/purge";
      const body = JSON.stringify({ assets: ["hat"] });
      const headers = {
        ...headersOf(),
        "x-contentful-space-id": "space1",
        "x-contentful-environment-id": "master",
        "x-contentful-user-id": "boss",
      };
      expect((await send(signed(body, { headers, path }), body, { path })).code).toBe("CALL_NOT_GENUINE");
      const context = { spaceId: "space1", envId: "master", userId: "boss" };
      const asEvent = toolkit.signRequest(
        SECRETS.app,
        { method: "POST", path: PATH, headers: {}, body: bodyOf() },
        Date.now(),
        context,
      );
      expect((await send(asEvent, bodyOf())).status).toBe(401);
    });

    test("asks for nothing that only administrators may, and says what is malformed", async () => {
      const stranger = { context: { userId: "somebody" } };
      for (const route of [
        "PUT policy",
        "PUT secrets",
        "POST drop-secret",
        "POST backfill",
        "POST block",
        "POST unblock",
      ]) {
        const body = /block/.test(route) ? JSON.stringify({ assets: ["hat"] }) : "{}";
        expect(await answer(call(route, { ...stranger, body })), route).toEqual([403, "ROLE_UNKNOWN"]);
      }
      expect(await answer(call("GET status", { context: { spaceId: "space9" } }))).toEqual([
        410,
        "SPACE_GONE",
      ]);
      const malformed = [400, "REQUEST_MALFORMED"];
      for (const body of [
        "[]",
        "{",
        '{"assets":[]}',
        '{"assets":["../x"]}',
        '{"assets":"hat"}',
        '{"assets":["hat"],"space":"space2"}',
      ])
        expect(await answer(call("POST purge", { body })), body).toEqual(malformed);
      for (const body of ['{"unpublished":"keep"}', '{"warm":[1]}', '{"warm":["w=1 2"]}', '{"x":1}'])
        expect(await answer(call("PUT policy", { body })), body).toEqual(malformed);
      expect(await answer(call("PUT secrets", { body: '{"webhook_secret":"short"}' }))).toEqual(malformed);
      expect((await answer(call("PUT secrets", { body: '{"api_key":"client_wrongwrong"}' })))[0]).toBe(502);
    });

    test("sets a webhook's secret, beside which the one before holds until it is dropped", async () => {
      const [first, second] = [secret(), secret()];
      const by = async (each: string) => (await send(signed(bodyOf(), { by: each }), bodyOf())).status;
      const put = (webhook: string) =>
        answer(call("PUT secrets", { body: JSON.stringify({ webhook_secret: webhook }) }));
      expect(await by(first)).toBe(401);
      expect(await put(first)).toEqual([200, undefined]);
      expect(await by(first)).toBe(200);
      expect(await put(second)).toEqual([200, undefined]);
      expect([await by(first), await by(second)]).toEqual([200, 200]);
      const drop = call("POST drop-secret", { body: '{"which":"old_webhook_secret"}' });
      expect(await answer(drop)).toEqual([200, undefined]);
      expect([await by(first), await by(second)]).toEqual([401, 200]);
      const digest = createHash("sha256").update(second).digest("hex").slice(0, 8);
      const { headers, how } = call("GET status");
      const shown = await fetch(`http://127.0.0.1:${port}${how.path}`, { headers });
      const text = await shown.text();
      expect(text).toContain(digest);
      expect(text).not.toContain(second);
    });
  });
});
