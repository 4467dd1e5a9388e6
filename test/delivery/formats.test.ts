import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask } from "../support/ask.ts";
import { demoOf } from "../support/demo.ts";
import { type Freshet, startFreshet } from "../support/freshet.ts";
import { type Origin, startOrigin } from "../support/origin.ts";

let origin: Origin;
let freshet: Freshet;

const WEBP = "image/webp,image/*";
const SVG = 'xmlns="http://www.w3.org/2000/svg" width="40" height="30"';
const HOSTILE = `<?xml version="1.0"?><svg ${SVG} onload="alert(1)"><script>alert(1)</script><rect width="20" height="30" fill="red"/></svg>`;
const LAUGHS = `<!DOCTYPE svg [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><svg ${SVG}><title>&b;</title><rect width="20" height="30" fill="red"/></svg>`;

beforeAll(async () => {
  origin = await startOrigin();
  const plain = sharp({ create: { width: 300, height: 200, channels: 3, background: "#c86432" } });
  origin.put("/a.png", await plain.png().toBuffer());
  // Hard noise at a low quality is larger as WebP.
  const noise = Buffer.alloc(96 * 96 * 3).map((_, at) => (at * 7919 + ((at * at) % 251) * 13) % 256);
  const grain = sharp(noise, { raw: { width: 96, height: 96, channels: 3 } });
  origin.put("/grain.png", await grain.png().toBuffer());
  origin.put("/hostile.svg", Buffer.from(HOSTILE));
  origin.put("/laughs.svg", Buffer.from(LAUGHS));
  freshet = await startFreshet({ config: demoOf(origin) });
});
afterAll(async () => {
  await freshet?.stop();
  await origin?.close();
});

const get = (target: string, headers: Record<string, string> = { accept: WEBP }) =>
  ask(freshet, "demo", `/v7/_site_/${target}`, headers);

describe("force_format", () => {
  it("webp is WebP where that is smaller, else JPEG, and says which", async () => {
    const small = await get("a.png?force_format=webp");
    expect([small.status, small.headers.get("content-type")]).toEqual([200, "image/webp"]);
    const [chosen, forced, jpeg] = await Promise.all(
      ["webp", "_webp", "jpg"].map((word) => get(`grain.png?q=60&force_format=${word}`)),
    );
    expect(jpeg?.bytes.length).toBeLessThan(forced?.bytes.length ?? 0);
    expect(chosen?.headers.get("content-type")).toBe("image/jpeg");
    expect(chosen?.bytes.equals(jpeg?.bytes ?? Buffer.alloc(0))).toBe(true);
    expect(chosen?.headers.get("vary")).toBe("Accept");
    expect([forced, jpeg].map((each) => each?.headers.get("vary"))).toEqual([null, null]);
  });

  it("is confirmed without a word about the format", async () => {
    const { headers } = await get("grain.png?q=50&force_format=webp");
    const again = await ask(freshet, "demo", "/v7/_site_/grain.png?q=50&force_format=webp&vh=2", {
      accept: WEBP,
      "if-none-match": headers.get("etag") ?? "",
    });
    expect([again.status, again.headers.get("content-type")]).toEqual([304, null]);
    // And what was confirmed is still given whole to the next one.
    const whole = await get("grain.png?q=50&force_format=webp&vh=2");
    expect([whole.status, whole.headers.get("content-type")]).toEqual([200, headers.get("content-type")]);
  });
});

describe("an SVG", () => {
  it("is delivered as what of it draws, once made, under a policy that runs nothing", async () => {
    for (const query of ["", "?w=20", "?force_format=original"]) {
      const { status, headers, bytes } = await get(`hostile.svg${query}`);
      expect([status, headers.get("content-type"), headers.get("vary")]).toEqual([
        200,
        "image/svg+xml",
        null,
      ]);
      expect(headers.get("content-security-policy")).toContain("default-src 'none'");
      expect(bytes.toString()).toBe(`<svg ${SVG}><rect width="20" height="30" fill="red"/></svg>`);
    }
    const { headers } = await get("hostile.svg");
    const again = await get("hostile.svg?vh=9", { "if-none-match": headers.get("etag") ?? "" });
    expect(again.status).toBe(304);
  });

  it("is pixels where a format asks for them", async () => {
    const { headers, bytes } = await get("hostile.svg?w=20&force_format=jpg");
    expect(headers.get("content-type")).toBe("image/jpeg");
    expect((await sharp(bytes).metadata()).width).toBe(20);
  });

  it("is pixels, or refused, where it cannot be sent as it is", async () => {
    for (const headers of [{ accept: "image/png" }, { accept: WEBP }]) {
      const { status, headers: got } = await get("laughs.svg", headers);
      const isPicture = status === 200 && got.get("content-type") !== "image/svg+xml";
      expect(isPicture || got.get("freshet-error") === "IMAGE_UNREADABLE").toBe(true);
    }
  });
});

describe("ci_info", () => {
  it("=json tells of the original and of what is asked, as fresh and as guarded as the image", async () => {
    const { status, headers, bytes } = await get("a.png?w=100&dpr=2&force_format=webp&blur=x&ci_info=json");
    expect([status, headers.get("content-type"), headers.get("vary")]).toEqual([
      200,
      "application/json",
      "Accept",
    ]);
    const image = await get("a.png?w=100&dpr=2&force_format=webp&blur=x");
    for (const name of ["cache-control", "surrogate-key", "freshet-remarks", "access-control-allow-origin"])
      expect(headers.get(name)).toBe(image.headers.get(name));
    expect(JSON.parse(bytes.toString())).toEqual({
      original: {
        version: expect.stringMatching(/^c[0-9a-f]{12}$/),
        ...{ format: "png", bytes: expect.any(Number), width: 300, height: 200, pages: 1 },
        ...{ orientation: 1, alpha: false, color: "#c86432" },
        thumbhash: expect.stringMatching(/^[A-Za-z0-9+/]+=*$/),
        blurhash: expect.stringMatching(/^.{28}$/),
      },
      delivered: { formats: ["webp", "jpeg"], transformation: "w=200" },
      remarks: [expect.objectContaining({ parameter: "blur", text: "x" })],
    });
    const again = await get("a.png?w=100&dpr=2&force_format=webp&blur=x&ci_info=json", {
      accept: WEBP,
      "if-none-match": headers.get("etag") ?? "",
    });
    expect(again.status).toBe(304);
  });

  it("=1 gives the image, and the same in a header", async () => {
    const { headers, bytes } = await get("a.png?w=100&ci_info=1");
    expect((await sharp(bytes).metadata()).width).toBe(100);
    expect(headers.get("freshet-info")).toMatch(
      /^format=png, bytes=\d+, width=300, height=200, pages=1, orientation=1, alpha=\?0, color="#c86432", thumbhash=:.+:, blurhash=".{28}", transformation="w=100"$/,
    );
    expect((await get("a.png?w=100")).headers.get("freshet-info")).toBeNull();
  });

  it("follows the original when it changes, and is refused where the image is", async () => {
    await origin.paint("/changing.jpg", { red: 200, green: 30, blue: 30 });
    const colorAt = async (query: string) => {
      const { bytes } = await get(`changing.jpg?ci_info=json${query}`);
      return JSON.parse(bytes.toString()).original.color as string;
    };
    expect((await colorAt("")).slice(0, 2)).toBe("#c");
    await origin.paint("/changing.jpg", { red: 30, green: 60, blue: 200 });
    expect((await colorAt("&vh=new")).slice(-2)).toMatch(/c[0-9a-f]/);
    const refused = await ask(freshet, "demo", "/v7/http://elsewhere.test/a.jpg?ci_info=json", {});
    expect([refused.status, refused.headers.get("freshet-error")]).toEqual([403, "ORIGINAL_NOT_ALLOWED"]);
    const missing = await get("none.png?ci_info=json");
    expect([missing.status, missing.headers.get("content-type")]).toEqual([404, "image/png"]);
  });
});
