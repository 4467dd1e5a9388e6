import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { startS3Double } from "../s3/double.test.support.ts";
import { leaksOf } from "../secrets/leaks.test.support.ts";
import { Secret } from "../secrets/secret.ts";
import type { BucketPlace, S3Place } from "./buckets/place.ts";
import type { Fetched, SourcePolicy, Validators } from "./source.ts";
import { createSources } from "./sources.ts";

const policy: SourcePolicy = { allow: [], allowPrivate: true, maxBytes: 10_000, timeoutMs: 2_000 };
const closing: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function sources() {
  const made = createSources({
    dataFolder: "/nonexistent",
    http: { firstByteMs: 500, minRate: 1_000, rateWindowMs: 200, breaker: { failures: 1_000 } },
  });
  closing.push(() => made.close());
  return (place: BucketPlace, key: string, more: { validators?: Validators; fresh?: boolean } = {}) =>
    made.fetch(
      { kind: "bucket", place, key },
      { policy, fresh: false, ...more },
      AbortSignal.timeout(20_000),
    );
}

async function startDouble() {
  const double = await startS3Double();
  closing.push(() => double.close());
  const { endpoint, region, bucket, accessKeyId, secretAccessKey } = double.settings;
  const credentials = { accessKeyId, secretAccessKey: new Secret(secretAccessKey) };
  const place: S3Place = {
    kind: "s3",
    endpoint,
    region,
    bucket,
    addressing: "path",
    prefix: "",
    credentials,
  };
  const put = (key: string, text: string) =>
    double.objects.set(key, { bytes: Buffer.from(text), headers: {} });
  return { double, place, put };
}

/** A store that answers what the test says, and remembers what it was asked. */
async function store(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const asked: { readonly url: string; readonly headers: IncomingMessage["headers"] }[] = [];
  const server: Server = createServer((request, response) => {
    asked.push({ url: request.url ?? "", headers: request.headers });
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  closing.push(() => server.closeAllConnections());
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const textOf = (fetched: Fetched) =>
  fetched.kind === "found" ? Buffer.from(fetched.bytes).toString() : fetched.kind;
const refusal = (fetched: Fetched) =>
  fetched.kind === "refused" ? `${fetched.code}: ${fetched.reason}` : fetched.kind;

describe("a bucket of S3", () => {
  test("is read with requests that another reading of the signature's description accepts", async () => {
    const { place, put } = await startDouble();
    const fetch = sources();
    put("deep/a b//ü+1 (2)'*!.jpg", "odd");
    put("2026/a.jpg", "prefixed");
    expect(textOf(await fetch(place, "deep/a b//ü+1 (2)'*!.jpg"))).toBe("odd");
    expect(textOf(await fetch({ ...place, prefix: "2026" }, "a.jpg"))).toBe("prefixed");
    expect(await fetch(place, "none.jpg")).toEqual({ kind: "missing", status: 404 });
    expect(await fetch(place, "x".repeat(1_025))).toEqual({ kind: "missing", status: 404 });
  });

  test("says what it refused credentials for, and never the credentials", async () => {
    const { place, put } = await startDouble();
    const fetch = sources();
    put("a.jpg", "a");
    const secretAccessKey = new Secret("not the secret of anybody");
    const { accessKeyId = "" } = place.credentials ?? {};
    const { credentials: _, ...open } = place;
    const said = [
      await fetch({ ...place, credentials: { accessKeyId, secretAccessKey } }, "a.jpg"),
      await fetch({ ...place, credentials: { accessKeyId: "other", secretAccessKey } }, "a.jpg"),
      await fetch({ ...place, region: "us-east-1" }, "a.jpg"),
      await fetch(open, "a.jpg"),
      await fetch({ ...place, bucket: "nowhere" }, "a.jpg"),
    ];
    expect(said.map(refusal)).toEqual([
      "ORIGIN_BROKEN: The bucket refused with status 403 (SignatureDoesNotMatch).",
      "ORIGIN_BROKEN: The bucket refused with status 403 (InvalidAccessKeyId).",
      "ORIGIN_BROKEN: The bucket refused with status 403 (InvalidAccessKeyId).",
      expect.stringContaining("(AccessDenied). Whoever may not list a bucket"),
      "ORIGIN_BROKEN: There is no such bucket.",
    ]);
    expect(leaksOf(said, ["not the secret of anybody", "double/secret"])).toEqual([]);
  });

  test.each([
    ["hangs", "ORIGIN_SLOW"],
    ["stalls", "ORIGIN_SLOW"],
    ["breaks off", "ORIGIN_BROKEN"],
    ["hangs up", "ORIGIN_BROKEN"],
    [{ status: 503, code: "SlowDown" }, "ORIGIN_BROKEN: The bucket refused with status 503 (SlowDown)."],
  ] as const)("that %j is a refusal with a name", async (mood, code) => {
    const { double, place, put } = await startDouble();
    put("a.jpg", "x".repeat(5_000));
    double.mood = mood;
    expect(refusal(await sources()(place, "a.jpg"))).toContain(code);
  });

  test("gives no object over the limit", async () => {
    const { place, put } = await startDouble();
    put("a.jpg", "x".repeat(10_001));
    expect(refusal(await sources()(place, "a.jpg"))).toContain("ORIGINAL_TOO_LARGE");
  });

  test("is never followed elsewhere, and no key or name leads out of it", async () => {
    const other = await store((_, response) => response.end("elsewhere"));
    const { endpoint, asked } = await store((request, response) =>
      request.url === "/media/a.jpg"
        ? response.writeHead(307, { location: `${other.endpoint}/media/a.jpg` }).end()
        : response.end("read"),
    );
    const fetch = sources();
    const place = {
      kind: "s3",
      endpoint,
      region: "r",
      bucket: "media",
      addressing: "path",
      prefix: "",
    } as const;
    expect(refusal(await fetch(place, "a.jpg"))).toContain("redirects to elsewhere");
    expect(other.asked).toEqual([]);
    asked.length = 0;
    const names = [
      [
        "media/../other",
        "../other",
        "media?x=",
        "media#",
        "other/",
        "a@b",
        "media\\..\\other",
        "%2e%2e",
        "media/",
      ],
      [`${new URL(other.endpoint).host}/`, `${new URL(other.endpoint).host}#`, "127.0.0.1:1/x", ""],
    ].flat();
    for (const bucket of names) {
      for (const addressing of ["path", "host"] as const) {
        asked.length = 0;
        const read = await fetch({ ...place, bucket, addressing }, "secret.jpg");
        const isPlain = asked.every(({ url }) => url.startsWith(`/${bucket}/`));
        expect(read.kind === "refused" || isPlain, `${bucket} by ${addressing}`).toBe(true);
      }
    }
    expect(other.asked).toEqual([]);
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }), async (key) => {
        asked.length = 0;
        await fetch({ ...place, prefix: "2026" }, key);
        for (const { url } of asked) {
          expect(new URL(url, endpoint).pathname).toMatch(/^\/media\/2026\//);
          expect(decodeURIComponent(url.slice("/media/2026/".length))).toBe(key);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe("a bucket of Google", () => {
  test("is read with its own access keys as S3 is, for the region that they are for", async () => {
    const { endpoint, asked } = await store((_, response) => response.end("read"));
    const credentials = { accessKeyId: "GOOG1E", secretAccessKey: new Secret("hmac secret") };
    const place = { kind: "gcs", endpoint, bucket: "media", prefix: "", credentials } as const;
    expect(textOf(await sources()(place, "a.jpg"))).toBe("read");
    expect(asked[0]?.url).toBe("/media/a.jpg");
    expect(asked[0]?.headers.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=GOOG1E\/\d{8}\/auto\/s3\//);
  });

  test("is not asked with a private key that is none", async () => {
    const key = "-----BEGIN PRIVATE KEY-----\nnone\n-----END PRIVATE KEY-----";
    const { endpoint, asked } = await store((_, response) => response.end("read"));
    const account = {
      email: "a@b",
      keyId: undefined,
      privateKey: new Secret(key),
      tokenUrl: `${endpoint}/token`,
    };
    const place = { kind: "gcs", endpoint, bucket: "media", prefix: "", credentials: account } as const;
    expect(refusal(await sources()(place, "a.jpg"))).toContain("private key cannot sign");
    expect(asked).toEqual([]);
  });
});

describe("a container of Azure", () => {
  const azure = (endpoint: string) =>
    ({
      kind: "azure",
      endpoint: `${endpoint}/acct`,
      account: "acct",
      container: "photos",
      prefix: "",
    }) as const;

  test("is read with a shared access signature that nothing remembers", async () => {
    const { endpoint, asked } = await store((request, response) => {
      if (request.headers["if-none-match"] === '"e"') response.writeHead(304).end();
      else response.writeHead(200, { etag: '"e"' }).end("read");
    });
    const fetch = sources();
    const place = { ...azure(endpoint), credentials: { sas: new Secret("sv=1&sig=hidden%2Fsignature") } };
    const found = await fetch(place, "a b.jpg");
    expect(textOf(found)).toBe("read");
    expect(asked[0]?.url).toBe("/acct/photos/a%20b.jpg?sv=1&sig=hidden%2Fsignature");
    const validators = found.kind === "found" ? found.validators : {};
    expect(leaksOf(found, ["hidden/signature", "hidden%2Fsignature"])).toEqual([]);
    expect(await fetch(place, "a b.jpg", { validators })).toMatchObject({ kind: "unchanged" });
    expect(await fetch(place, "a b.jpg", { validators, fresh: true })).toMatchObject({ kind: "found" });
  });

  test("tells a missing object from a missing container", async () => {
    for (const [code, expected] of [
      ["BlobNotFound", "missing"],
      ["ContainerNotFound", "ORIGIN_BROKEN: There is no such bucket."],
    ]) {
      const { endpoint } = await store((_, response) =>
        response.writeHead(404, { "x-ms-error-code": code }).end("gone"),
      );
      expect(refusal(await sources()(azure(endpoint), "a.jpg"))).toBe(expected);
    }
  });
});
