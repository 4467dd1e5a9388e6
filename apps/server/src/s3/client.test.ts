import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { urlOf } from "./address.ts";
import { createS3Client, type S3Client } from "./client.ts";
import { type Mood, type S3Double, startS3Double } from "./double.test.support.ts";

const HAT = Buffer.alloc(50_000, "hat");
const all = { maxBytes: 1e6 };

describe("S3Client", () => {
  let double: S3Double;
  let client: S3Client;
  beforeEach(async () => {
    double = await startS3Double();
    client = createS3Client(double.settings);
  });
  afterEach(async () => {
    await client.close();
    await double.close();
  });

  it("gives back what was put, with its metadata, whatever the key is made of", async () => {
    for (const key of ["a/b ü.jpg", "a+b&c=d?e#f", "100%/(x)!'*", "/lead//two", "ключ/~-._"]) {
      expect(await client.put(key, HAT, { metadata: { shape: "hat" }, contentType: "image/png" })).toEqual({
        kind: "stored",
      });
      const got = await client.get(key, all);
      expect(got).toMatchObject({
        kind: "found",
        size: HAT.length,
        contentType: "image/png",
        metadata: { shape: "hat" },
      });
      expect(got.kind === "found" && HAT.equals(got.bytes)).toBe(true);
      expect(await client.head(key)).toMatchObject({ kind: "found", size: HAT.length });
      expect(await client.remove(key)).toEqual({ kind: "removed" });
      expect(await client.get(key, all)).toEqual({ kind: "missing" });
      expect(await client.head(key)).toEqual({ kind: "missing" });
    }
  });

  it("lists page by page", async () => {
    const keys = ["p/a b", "p/c+d", "p/é", "q/x"];
    for (const key of keys) await client.put(key, HAT);
    const found: string[] = [];
    for (let from: string | undefined; ; ) {
      const page = await client.list({ prefix: "p/", limit: 2, ...(from !== undefined && { from }) });
      if (page.kind === "failed") throw new Error(page.code);
      found.push(...page.objects.map(({ key }) => key));
      if (page.next === undefined) break;
      from = page.next;
    }
    expect(found).toEqual(["p/a b", "p/c+d", "p/é"]);
  });

  it("refuses keys that no URL can name", async () => {
    for (const key of ["a/../b", "./a", "..", "x".repeat(1_025), "\ud800"]) {
      expect(await client.get(key, all)).toMatchObject({ kind: "failed", code: "S3_KEY_UNUSABLE" });
    }
    expect(double.requests).toEqual([]);
  });

  it.each<[Mood, string]>([
    [{ status: 500 }, "S3_BROKEN"],
    [{ status: 503, code: "SlowDown" }, "S3_BUSY"],
    [{ status: 403, code: "AccessDenied" }, "S3_REFUSED"],
    [{ status: 404, code: "NoSuchBucket" }, "S3_NO_BUCKET"],
    [{ status: 301, code: "PermanentRedirect" }, "S3_ELSEWHERE"],
    ["hangs", "S3_SLOW"],
    ["stalls", "S3_SLOW"],
    ["breaks off", "S3_AWAY"],
    ["hangs up", "S3_AWAY"],
  ])("names what is wrong: %j", async (mood, code) => {
    await client.put("k", HAT);
    double.mood = mood;
    expect(await client.get("k", { ...all, attempts: 1, timeoutMs: 500 })).toMatchObject({
      kind: "failed",
      code,
    });
  });

  it("names a store that is not there, and one whose signature is refused", async () => {
    const wrong = createS3Client({ ...double.settings, secretAccessKey: "not the one" });
    const refused = await wrong.get("k", all);
    expect(refused).toEqual({
      kind: "failed",
      code: "S3_REFUSED",
      status: 403,
      said: "SignatureDoesNotMatch",
    });
    expect(JSON.stringify(refused)).not.toContain("not the one");
    await wrong.close();
    await double.close();
    expect(await client.get("k", { ...all, attempts: 1 })).toMatchObject({ code: "S3_AWAY" });
  });

  it("tries again after what passes by itself, and only then", async () => {
    await client.put("k", HAT);
    let refusals = 2;
    double.mood = () => (refusals-- > 0 ? { status: 503, code: "SlowDown" } : "well");
    expect((await client.get("k", all)).kind).toBe("found");
    double.requests.length = 0;
    double.mood = { status: 403 };
    await client.get("k", all);
    expect(double.requests).toHaveLength(1);
  });

  it("gives more time to what is large, once it knows", async () => {
    await client.put("k", HAT);
    double.mood = "stalls";
    const begun = performance.now();
    const got = await client.get("k", { ...all, timeoutMs: 5_000, timeoutFor: () => 300 });
    expect(got).toMatchObject({ code: "S3_SLOW" });
    expect(performance.now() - begun).toBeLessThan(4_000);
  });

  it("does not read more than it was allowed to", async () => {
    await client.put("k", HAT);
    expect(await client.get("k", { maxBytes: HAT.length - 1 })).toMatchObject({ code: "S3_TOO_LARGE" });
    expect((await client.get("k", { maxBytes: HAT.length })).kind).toBe("found");
  });

  it("rejects when its caller gives up, and then only", async () => {
    double.mood = "hangs";
    const giveUp = new AbortController();
    const waiting = client.get("k", { ...all, signal: giveUp.signal });
    giveUp.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
  });
});

describe("the URL of an object", () => {
  const place = { endpoint: "https://s3.example:9000", bucket: "pictures" };

  it("has the bucket in the path or in the host", () => {
    expect(urlOf({ ...place, addressing: "path" }, "a b")?.href).toBe(
      "https://s3.example:9000/pictures/a%20b",
    );
    expect(urlOf({ ...place, addressing: "host" }, "a b")?.href).toBe(
      "https://pictures.s3.example:9000/a%20b",
    );
  });

  it("names each key by a path of its own that stays in the bucket", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (key) => {
        const url = urlOf({ ...place, addressing: "path" }, key);
        if (!url) return;
        expect(url.search + url.hash).toBe("");
        expect(decodeURIComponent(url.pathname)).toBe(`/pictures/${key}`);
      }),
    );
  });
});
