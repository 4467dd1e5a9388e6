import { createHash } from "node:crypto";
import { createInvalidationClient } from "@freshet/core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Freshet, startFreshet } from "../support/freshet.ts";
import { isShade, type Origin, shadeOf, startOrigin } from "../support/origin.ts";

const KEY = "client_0123456789abcdef";
const RED = { red: 200, green: 30, blue: 30 };
const GREEN = { red: 30, green: 180, blue: 60 };
const BLUE = { red: 30, green: 60, blue: 200 };

describe("a project with an alias to a private origin", () => {
  let origin: Origin;
  let freshet: Freshet;
  const get = (path: string, accept = "image/webp,*/*") =>
    fetch(`${freshet.url}${path}`, { headers: { accept } });
  const shadeAt = async (path: string, accept?: string) => {
    const answer = await get(path, accept);
    expect(answer.status, path).toBe(200);
    return shadeOf(new Uint8Array(await answer.arrayBuffer()));
  };

  beforeAll(async () => {
    origin = await startOrigin();
    freshet = await startFreshet({
      config: {
        projects: {
          demo: {
            apiKey: KEY,
            origins: { allow: ["127.0.0.1"], allowPrivate: true },
            aliases: { _site_: `${origin.url}/media` },
          },
        },
      },
    });
    await origin.paint("/media/a.jpg", RED);
  });
  afterAll(async () => {
    await freshet?.stop();
    await origin?.close();
  });

  it("delivers the same picture by URL and by alias, resized", async () => {
    for (const path of [
      `/v7/${origin.url}/media/a.jpg?w=300`,
      "/v7/_site_/a.jpg?w=300",
      "/_site_/a.jpg?w=300",
    ]) {
      const answer = await get(path);
      expect(answer.status, path).toBe(200);
      expect(answer.headers.get("content-type")).toBe("image/webp");
      expect(answer.headers.get("vary")).toBe("Accept");
      const { width, height } = await sharp(Buffer.from(await answer.arrayBuffer())).metadata();
      expect([width, height]).toEqual([300, 225]);
    }
  });

  it("shows new bytes under a new vh without an invalidation, and everywhere after DONE", async () => {
    await origin.paint("/media/b.jpg", RED);
    const widths = [100, 200, 300];
    for (const w of widths) expect(isShade(await shadeAt(`/v7/_site_/b.jpg?w=${w}&vh=1`), RED)).toBe(true);
    const bytes = await origin.paint("/media/b.jpg", GREEN);
    for (const w of widths) expect(isShade(await shadeAt(`/v7/_site_/b.jpg?w=${w}&vh=2`), GREEN)).toBe(true);

    await origin.paint("/media/b.jpg", BLUE);
    const client = createInvalidationClient({ endpoint: freshet.url, apiKey: KEY });
    const { invalidation } = await client.invalidate({ scope: "original", urls: ["/_site_/b.jpg"] });
    const done = await client.waitUntilDone(invalidation.uuid, { timeoutMs: 20_000 });
    expect(done.status).toBe("DONE");
    const old = `c${createHash("sha256").update(bytes).digest("hex").slice(0, 12)}`;
    for (const w of widths) {
      for (const vh of ["", "&vh=1", "&vh=2", "&vh=3", `&vh=${old}`]) {
        for (const accept of ["image/avif,image/webp", "image/webp", "*/*"]) {
          expect(
            isShade(await shadeAt(`/v7/_site_/b.jpg?w=${w}${vh}`, accept), BLUE),
            `${w}${vh} ${accept}`,
          ).toBe(true);
        }
      }
    }
  });

  it("answers 304 to the entity it gave, HEAD like GET, and ranges of the original", async () => {
    const first = await get("/v7/_site_/a.jpg?w=120");
    const etag = first.headers.get("etag") ?? "";
    const again = await fetch(`${freshet.url}/v7/_site_/a.jpg?w=120`, {
      headers: { accept: "image/webp,*/*", "if-none-match": etag },
    });
    expect(again.status).toBe(304);
    expect(again.headers.get("freshet-stamp")).not.toBeNull();
    const head = await fetch(`${freshet.url}/v7/_site_/a.jpg?w=120`, {
      method: "HEAD",
      headers: { accept: "image/webp,*/*" },
    });
    expect(head.headers.get("content-length")).toBe(first.headers.get("content-length"));
    const whole = Buffer.from(await (await get("/v7/_site_/a.jpg", "*/*")).arrayBuffer());
    const part = await fetch(`${freshet.url}/v7/_site_/a.jpg`, {
      headers: { accept: "*/*", range: "bytes=10-19" },
    });
    expect(part.status).toBe(206);
    expect(Buffer.from(await part.arrayBuffer())).toEqual(whole.subarray(10, 20));
    const beyond = await fetch(`${freshet.url}/v7/_site_/a.jpg`, {
      headers: { accept: "*/*", range: `bytes=${whole.length}-` },
    });
    expect([beyond.status, beyond.headers.get("cache-control")]).toEqual([416, "no-store"]);
    expect(beyond.headers.get("content-range")).toBe(`bytes */${whole.length}`);
  });

  it("answers faults with their status, the placeholder and no-store", async () => {
    origin.put("/media/text.jpg", Buffer.from("not a picture"));
    const cases = [
      ["/v7/_site_/missing.jpg", 404, "ORIGINAL_MISSING"],
      ["/v7/http://elsewhere.example/a.jpg", 403, "ORIGINAL_NOT_ALLOWED"],
      ["/v7/_site_/text.jpg", 415, "IMAGE_UNREADABLE"],
      ["/v7/", 404, "ORIGINAL_NOT_NAMED"],
    ] as const;
    for (const [path, status, code] of cases) {
      const answer = await get(path);
      expect([answer.status, answer.headers.get("freshet-error")], path).toEqual([status, code]);
      expect(answer.headers.get("cache-control")).toBe("no-store");
      expect(answer.headers.get("x-hexa-missingbehavior")).toBe("1");
      expect((await sharp(Buffer.from(await answer.arrayBuffer())).metadata()).format).toBe("png");
    }
  });

  it("fetches and renders once however many ask at once", async () => {
    await origin.paint("/media/herd.jpg", RED, { width: 2000, height: 1500 });
    const count = async (name: string) => {
      const text = await (await fetch(`${freshet.url}/metrics`)).text();
      return Number(new RegExp(`^${name} (\\d+)`, "m").exec(text)?.[1] ?? 0);
    };
    const before = await count("freshet_render_seconds_count");
    const answers = await Promise.all(Array.from({ length: 200 }, () => get("/v7/_site_/herd.jpg?w=700")));
    for (const answer of answers) expect(answer.status).toBe(200);
    expect(origin.requests.get("/media/herd.jpg")).toBe(1);
    expect((await count("freshet_render_seconds_count")) - before).toBe(1);
  });
});
