import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask } from "../support/ask.ts";
import { type Freshet, startFreshet } from "../support/freshet.ts";
import { type Origin, startOrigin } from "../support/origin.ts";

const ADMIN = "admin_0123456789abcdef";
const SIZE = { width: 64, height: 48 };

/** A picture of one colour whose numbers are Display P3's, with its profile. */
const inP3 = (red: number, green: number, blue: number) =>
  sharp({ create: { ...SIZE, channels: 3, background: { r: red, g: green, b: blue } } })
    .pipelineColourspace("rgb16")
    .withIccProfile("p3")
    .png()
    .toBuffer();

type Rgb = readonly [number, number, number];

// Linear Display P3 to linear sRGB (CSS Color 4). Both have the same curve.
const P3_TO_SRGB = [
  [1.2249402, -0.2249402, 0],
  [-0.0420569, 1.0420569, 0],
  [-0.0196376, -0.0786361, 1.0982736],
] as const;
const linear = (byte: number) => {
  const value = byte / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
};

/** What a picture shows in the middle, as linear sRGB by its profile: beyond 0 and 1 for colours that sRGB has not. */
async function shown(bytes: Uint8Array): Promise<{ readonly light: Rgb; readonly profile: number }> {
  const { icc } = await sharp(bytes).metadata();
  const { data, info } = await sharp(bytes)
    .keepIccProfile()
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const from = ((info.height >> 1) * info.width + (info.width >> 1)) * 3;
  const numbers = [...data.subarray(from, from + 3)].map(linear) as unknown as Rgb;
  if (icc === undefined) return { light: numbers, profile: 0 };
  const times = (row: Rgb) => row.reduce((sum, each, at) => sum + each * (numbers[at] ?? 0), 0);
  return { light: P3_TO_SRGB.map(times) as unknown as Rgb, profile: icc.length };
}

describe("wide originals", () => {
  let origin: Origin;
  let freshet: Freshet;
  const settings = (more: object = {}) => ({
    aliases: { _m_: origin.url },
    origins: { allowPrivate: true },
    ...more,
  });
  const get = async (project: string, path: string, accept = "image/webp") => {
    const reply = await ask(freshet, `${project}.images.test`, `/v7/_m_/${path}`, { accept });
    expect(reply.status, `${project} ${path}`).toBe(200);
    return { ...reply, type: reply.headers.get("content-type"), etag: reply.headers.get("etag") };
  };

  beforeAll(async () => {
    origin = await startOrigin();
    origin.put("/red.png", await inP3(255, 0, 0));
    const plain = sharp({ create: { ...SIZE, channels: 3, background: { r: 255, g: 0, b: 0 } } });
    origin.put("/plain.png", await plain.png().toBuffer());
    freshet = await startFreshet({
      config: {
        adminKey: ADMIN,
        projects: {
          usual: { apiKey: "client_0123456789abcde1", ...settings() },
          named: { apiKey: "client_0123456789abcde2", ...settings({ gamut: "srgb" }) },
          wide: { apiKey: "client_0123456789abcde3", ...settings({ gamut: "p3" }) },
          moving: { apiKey: "client_0123456789abcde5", ...settings({ gamut: "p3", formats: ["gif"] }) },
          still: { apiKey: "client_0123456789abcde6", ...settings({ formats: ["gif"] }) },
          broad: { apiKey: "client_0123456789abcde4", ...settings({ gamut: "p3" }) },
        },
        log: "error",
      },
    });
  });
  afterAll(async () => {
    await freshet?.stop();
    await origin?.close();
  });

  it.each([
    ["image/webp", "w=32", "image/webp"],
    ["image/avif", "w=32", "image/avif"],
    ["*/*", "w=32&force_format=jpeg", "image/jpeg"],
    ["*/*", "w=32&force_format=png", "image/png"],
    ["image/webp", "w=32&optipress=2", "image/webp"],
    ["image/webp", "w=32&radius=4&blur=2", "image/webp"],
  ])("keep their red by setting alone: %s %s", async (accept, query, type) => {
    const wide = await get("wide", `red.png?${query}`, accept);
    expect(wide.type).toBe(type);
    const { light, profile } = await shown(wide.bytes);
    expect(profile).toBeGreaterThan(0);
    expect(light[0]).toBeGreaterThan(1.15);
    expect(light[1]).toBeLessThan(-0.02);
    for (const project of ["usual", "named"]) {
      const usual = await get(project, `red.png?${query}`, accept);
      expect(usual.etag).not.toBe(wide.etag);
      const { light, profile } = await shown(usual.bytes);
      expect(profile).toBe(0);
      expect(light[0]).toBeGreaterThan(0.9);
      expect(light[1]).toBeGreaterThanOrEqual(0);
    }
  });

  it("are sRGB as GIF, which can say nothing else", async () => {
    const accept = "image/gif";
    const [wide, usual] = [
      await get("moving", "red.png?w=32", accept),
      await get("still", "red.png?w=32", accept),
    ];
    expect(wide.type).toBe("image/gif");
    expect((await shown(wide.bytes)).profile).toBe(0);
    expect(wide.bytes).toEqual(usual.bytes);
    expect(wide.etag).toBe(usual.etag);
  });

  it("share their variants between projects of the same setting, and plain originals share theirs with all", async () => {
    const [one, other] = [await get("wide", "red.png?w=20"), await get("broad", "red.png?w=20")];
    expect(other.etag).toBe(one.etag);
    expect(other.bytes).toEqual(one.bytes);
    const plain = [];
    for (const project of ["usual", "named", "wide", "broad"])
      plain.push(await get(project, "plain.png?w=20"));
    expect(new Set(plain.map(({ etag }) => etag)).size).toBe(1);
    expect((await shown(plain[2]?.bytes ?? Buffer.alloc(0))).profile).toBe(0);
  });

  it("lie on the sRGB colour that a URL names", async () => {
    const { bytes } = await get("wide", "red.png?w=60&h=200&func=fit&bg_color=00f&force_format=png");
    const corner = await sharp(bytes)
      .keepIccProfile()
      .extract({ left: 0, top: 0, width: 4, height: 4 })
      .png();
    const { light } = await shown(await corner.toBuffer());
    for (const [at, wanted] of [0, 0, 1].entries()) expect(light[at]).toBeCloseTo(wanted, 1);
  });

  it("change with the setting of a project, which is carried through as an invalidation of all of it", async () => {
    const call = async (method: string, path: string, body?: unknown, etag?: string) => {
      const answer = await fetch(freshet.url + path, {
        method,
        headers: {
          authorization: `Bearer ${ADMIN}`,
          ...(etag === undefined ? {} : { "if-match": etag }),
          "content-type": "application/json",
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: answer.status, etag: answer.headers.get("etag") ?? "", body: await answer.json() };
    };
    const made = await call("POST", "/projects", { name: "shop", settings: settings() });
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    const before = await get("shop", "red.png?w=32");
    expect((await shown(before.bytes)).profile).toBe(0);
    const refused = await call(
      "PUT",
      "/projects/shop",
      { settings: settings({ gamut: "rec2020" }) },
      made.etag,
    );
    expect(refused.status).toBe(422);
    const changed = await call("PUT", "/projects/shop", { settings: settings({ gamut: "p3" }) }, made.etag);
    expect(changed.status, JSON.stringify(changed.body)).toBe(200);
    expect(changed.body.invalidations).toHaveLength(1);
    const after = await get("shop", "red.png?w=32");
    expect((await shown(after.bytes)).light[0]).toBeGreaterThan(1.15);
    expect(after.etag).not.toBe(before.etag);
    expect(Number(after.headers.get("freshet-stamp"))).toBeGreaterThan(
      Number(before.headers.get("freshet-stamp")),
    );
    // Written out, the default is no other setting: nothing is forgotten for it.
    const back = await call("PUT", "/projects/shop", { settings: settings({ gamut: "srgb" }) }, changed.etag);
    expect(back.body.invalidations).toHaveLength(1);
    const same = await call("PUT", "/projects/shop", { settings: settings() }, back.etag);
    expect(same.body.invalidations).toEqual([]);
    expect((await get("shop", "red.png?w=32")).bytes).toEqual(before.bytes);
  });
});
