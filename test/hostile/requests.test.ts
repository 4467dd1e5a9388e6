import { connect } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Freshet, startFreshet } from "../support/freshet.ts";
import { type Origin, startOrigin } from "../support/origin.ts";
import { full } from "../support/size.ts";

const KEY = "client_0123456789abcdef";
const ADMIN = "admin_0123456789abcdef";
const RUNS = full ? 4_000 : 300;
/** What house rules let an image URL answer besides success; 502 and 504 are the origin's fault, not the server's. */
const ALLOWED = new Set([
  200, 204, 206, 301, 302, 304, 400, 401, 403, 404, 405, 409, 410, 411, 412, 413, 414, 415, 416, 417, 422,
  428, 429, 431, 501, 502, 504, 505,
]);

let origin: Origin;
let freshet: Freshet;

beforeAll(async () => {
  origin = await startOrigin();
  await origin.paint("/a.jpg", { red: 1, green: 2, blue: 3 }, { width: 64, height: 48 });
  freshet = await startFreshet({
    config: {
      projects: {
        demo: {
          hosts: ["127.0.0.1"],
          apiKey: KEY,
          origins: { allow: ["127.0.0.1"], allowPrivate: true },
          aliases: { _site_: origin.url },
        },
      },
      adminKey: ADMIN,
      log: "error",
    },
  });
  const made = await fetch(`${freshet.url}/projects`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN}`, "content-type": "application/json" },
    body: JSON.stringify({ name: "shop", settings: {} }),
  });
  expect(made.status).toBe(201);
});
afterAll(async () => {
  await freshet?.stop();
  await origin?.close();
});

/** Sends bytes as they are and answers the status of what comes back; 0 for a connection closed without an answer. */
function sendRaw(bytes: Buffer, end = true): Promise<number> {
  return new Promise((resolve) => {
    let text = "";
    const socket = connect(freshet.port, "127.0.0.1", () => (end ? socket.end(bytes) : socket.write(bytes)));
    socket.setTimeout(10_000, () => socket.destroy());
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0)));
  });
}

const request = (method: Buffer, target: Buffer, headers: readonly Buffer[], body: Buffer) =>
  Buffer.concat([
    method,
    Buffer.from(" "),
    target,
    Buffer.from(" HTTP/1.1\r\nHost: demo\r\nConnection: close\r\n"),
    ...headers.flatMap((each) => [each, Buffer.from("\r\n")]),
    Buffer.from(`content-length: ${body.length}\r\n\r\n`),
    body,
  ]);

const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));
const word = fc.constantFrom(
  ...[
    "/v7/",
    "_site_/",
    "a.jpg",
    "?",
    "&",
    "w=",
    "h=-1",
    "1e309",
    "99999999999",
    "func=crop",
    "gravity=",
    "%",
    "%00",
    "%2e%2e/",
    "../",
  ],
  ...[
    "http:/",
    "https://",
    "127.0.0.1:1/",
    "[::1]",
    "vh=c000000000000",
    "vh=",
    "ci_url_encoded=1",
    "force_format=avif,_webp",
    "q=NaN",
    "tl_px=9,9",
  ],
  ...[
    "br_px=0,0",
    "aspect_ratio=0:0",
    "r=1e9",
    "bg_color=zzz",
    "//",
    "\\",
    ";",
    "p=x",
    "dpr=99",
    "org_if_sml",
    "trim=101",
    "gravity=auto",
    "radius=max,-1,1e3,9",
    "f=blur:9,,:,gray:0,duotone:f00",
    "bg_img_fit=1",
    "bg_color=auto",
    "func=fit",
    "margin=1e9",
    "pixelate=0.5",
    "func=facehide",
    "face_margin=1e9,-1",
    "gravity=face",
    "blur_faces=1,NaN",
    "sepia=",
    "=",
    "\u00ff",
    "#",
    "@",
    ":",
  ],
);
const target = fc.oneof(
  fc
    .array(word, { maxLength: 14 })
    .map((words) => Buffer.from(`/${words.join("")}`.replace(/[ \r\n]/g, ""), "latin1")),
  bytes(60).map((raw) => Buffer.concat([Buffer.from("/v7/"), raw])),
);
const header = fc.oneof(
  fc
    .tuple(
      fc.constantFrom(
        "accept",
        "range",
        "if-none-match",
        "if-range",
        "x-client-key",
        "idempotency-key",
        "cookie",
        "freshet-demand",
      ),
      bytes(40),
    )
    .map(([name, value]) =>
      Buffer.concat(
        [Buffer.from(`${name}: `), value.filter((byte) => byte !== 10 && byte !== 13)].map((part) =>
          Buffer.from(part),
        ),
      ),
    ),
  bytes(30),
);

describe("the server under hostile requests", () => {
  it("answers any bytes as target and headers without a server error, and goes on", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("GET", "HEAD", "OPTIONS", "POST", "PUT", "PURGE", "FOO"),
        target,
        fc.array(header, { maxLength: 3 }),
        async (method, raw, headers) => {
          const status = await sendRaw(request(Buffer.from(method), raw, headers, Buffer.alloc(0)));
          expect(status === 0 || ALLOWED.has(status), `${method} ${raw.toString("latin1")} → ${status}`).toBe(
            true,
          );
        },
      ),
      { numRuns: RUNS },
    );
    expect((await fetch(`${freshet.url}/livez`)).status).toBe(200);
    expect((await fetch(`${freshet.url}/v7/_site_/a.jpg?w=20`)).status).toBe(200);
  });

  it("answers any bytes as the body of an invalidation with 4xx", async () => {
    const shape = fc.json().map((text) => Buffer.from(text));
    const near = fc
      .record(
        { scope: fc.anything(), urls: fc.anything(), cause: fc.anything(), digests: fc.anything() },
        { requiredKeys: [] },
      )
      .map((value) => Buffer.from(JSON.stringify(value) ?? ""));
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(bytes(200), shape, near),
        fc.constantFrom("application/json", "text/plain", "", "application/json; charset=x"),
        async (body, type) => {
          const status = await sendRaw(
            request(
              Buffer.from("POST"),
              Buffer.from("/invalidate"),
              [Buffer.from(`x-client-key: ${KEY}`), Buffer.from(`content-type: ${type}`)],
              body,
            ),
          );
          expect(status >= 400 && status < 500, `${body.toString("latin1")} → ${status}`).toBe(true);
        },
      ),
      { numRuns: RUNS },
    );
    expect((await fetch(`${freshet.url}/livez`)).status).toBe(200);
  });

  it("answers any body, path and query of the API without a server error", async () => {
    const settings = fc.record(
      {
        hosts: fc.oneof(fc.anything(), fc.array(fc.string())),
        aliases: fc.oneof(fc.anything(), fc.dictionary(fc.string(), fc.anything())),
        origins: fc.anything(),
        tags: fc.array(fc.anything()),
        prefix: fc.oneof(fc.string(), fc.webUrl()),
      },
      { requiredKeys: [] },
    );
    const near = fc
      .record(
        {
          ...{ name: fc.oneof(fc.string(), fc.constant("ok")), settings: fc.oneof(settings, fc.anything()) },
          ...{ note: fc.anything(), state: fc.constantFrom("blocked", "served", 1), place: fc.anything() },
          ...{ urls: fc.anything(), kind: fc.anything(), lag: fc.anything(), right: fc.anything() },
        },
        { requiredKeys: [] },
      )
      .map((value) => Buffer.from(JSON.stringify(value) ?? ""));
    const address = fc
      .tuple(
        fc.constantFrom(
          ...[
            "/projects",
            "/projects/shop",
            "/projects/shop/states",
            "/projects/shop/keys",
            "/keys",
            "/audit",
          ],
          ...["/projects/shop/versions", "/projects/shop/versions/1/restore", "/connectors", "/connectors/x"],
          ...["/projects/shop/keys/x", "/projects/%2e%2e", "/projects/%ff", "/instances", "/openapi.json"],
        ),
        fc.constantFrom(
          "",
          "?limit=%ff",
          "?cursor=__proto__",
          "?project=shop",
          "?project=%00",
          "?limit=-1&limit=2",
        ),
      )
      .map(([path, query]) => Buffer.from(path + query));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("GET", "POST", "PUT", "DELETE"),
        address,
        fc.oneof(
          near,
          bytes(100),
          fc.json().map((text) => Buffer.from(text)),
        ),
        fc.constantFrom('"1"', "*", "", '"9"'),
        async (method, raw, body, etag) => {
          const headers = [
            `authorization: Bearer ${ADMIN}`,
            "content-type: application/json",
            `if-match: ${etag}`,
          ];
          const status = await sendRaw(
            request(
              Buffer.from(method),
              raw,
              headers.map((each) => Buffer.from(each)),
              body,
            ),
            // A client that has hung up is answered nothing that takes a look at the store.
            false,
          );
          const what = `${method} ${raw.toString()} ${body.toString("latin1")} → ${status}`;
          expect(status >= 200 && status < 500, what).toBe(true);
        },
      ),
      { numRuns: RUNS },
    );
    expect((await fetch(`${freshet.url}/livez`)).status).toBe(200);
    expect(freshet.logs()).not.toContain("request failed");
  });

  it("answers any bytes as an image with a picture or a 4xx", async () => {
    const good = await origin.paint("/b.jpg", { red: 9, green: 99, blue: 199 }, { width: 200, height: 100 });
    // An empty answer is the origin's fault (502): a file is empty while it is being replaced.
    const damaged = fc.oneof(
      bytes(400).filter((junk) => junk.length > 0),
      fc
        .tuple(fc.nat(good.length), bytes(20))
        .map(([at, junk]) => Buffer.concat([good.subarray(0, at + 1), junk])),
      fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 30 }).map((flips) => {
        const copy = Buffer.from(good);
        for (const [at, value] of flips) copy[at] = value;
        return copy;
      }),
    );
    let number = 0;
    await fc.assert(
      fc.asyncProperty(
        damaged,
        fc.constantFrom(
          "",
          "?w=20",
          "?w=20&force_format=png",
          "?r=33&h=9",
          "?trim=5&w=20&h=20&gravity=auto&radius=max",
          "?w=30&h=40&func=fit&bg_img_fit=1&bg_color=auto&f=blur:9,sepia,saturate:-40",
        ),
        async (image, query) => {
          number += 1;
          origin.put(`/hostile-${number}.jpg`, image);
          const { status } = await fetch(`${freshet.url}/v7/_site_/hostile-${number}.jpg${query}`);
          expect(
            status === 200 || (status >= 400 && status < 500),
            `${image.toString("hex")} → ${status}`,
          ).toBe(true);
        },
      ),
      { numRuns: RUNS },
    );
    expect((await fetch(`${freshet.url}/livez`)).status).toBe(200);
  });
});
