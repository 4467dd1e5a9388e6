import { createHash } from "node:crypto";
import { sealDeliveryUrl, signDeliveryUrl } from "@freshet/core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask } from "../support/ask.ts";
import { type Freshet, startFreshet } from "../support/freshet.ts";
import { isShade, type Origin, shadeOf, startOrigin } from "../support/origin.ts";

const KEY = "client_0123456789abcdef";
const SALT = "a salt of some length";
const OLD_SALT = "the salt before that";
const RED = { red: 200, green: 30, blue: 30 };
const BLUE = { red: 30, green: 60, blue: 200 };

describe("projects that shorten and guard their URLs", () => {
  let origin: Origin;
  let freshet: Freshet;
  let config: { projects: Record<string, Record<string, unknown>> };
  let version: string;

  /** Asks a project by the first label of the host. */
  const get = (project: string, path: string, headers: Record<string, string> = {}) =>
    ask(freshet, `${project}.images.test`, path, { accept: "image/webp", ...headers });
  const sizeAt = async (project: string, path: string, headers?: Record<string, string>) => {
    const { status, bytes } = await get(project, path, headers);
    expect(status, path).toBe(200);
    const { width, height } = await sharp(bytes).metadata();
    return [width, height];
  };
  const renders = async () => {
    const text = await (await fetch(`${freshet.url}/metrics`)).text();
    return Number(/^freshet_render_seconds_count (\d+)/m.exec(text)?.[1] ?? 0);
  };
  const refusal = async (project: string, path: string) => {
    const { status, headers, bytes } = await get(project, path);
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("cdn-cache-control")).toBe("no-store");
    expect(headers.get("x-hexa-missingbehavior")).toBe("1");
    expect((await sharp(bytes).metadata()).format).toBe("png");
    return [status, headers.get("freshet-error")];
  };

  beforeAll(async () => {
    origin = await startOrigin();
    const bytes = await origin.paint("/media/a.jpg", RED);
    version = `c${createHash("sha256").update(bytes).digest("hex").slice(0, 12)}`;
    const blue = sharp({
      create: { width: 30, height: 20, channels: 3, background: { r: 30, g: 60, b: 200 } },
    });
    const common = {
      origins: { allow: ["127.0.0.1"], allowPrivate: true },
      aliases: { _m_: `${origin.url}/media` },
    };
    config = {
      projects: {
        plain: { apiKey: `${KEY}1`, ...common },
        short: {
          ...{ apiKey: `${KEY}2`, ...common, prefix: `${origin.url}/media` },
          presets: { small: "w=200", slow: "ci_cache=600" },
          rules: [{ match: "_m_/", parameters: "w=100&q=50" }],
          defaults: "org_if_sml=1",
          cache: { perUrl: 3_600 },
          v6: true,
        },
        safe: {
          ...{ apiKey: `${KEY}3`, ...common },
          security: { salt: `${SALT}\n${OLD_SALT}` },
          v7: "required",
          missing: { image: (await blue.png().toBuffer()).toString("base64") },
        },
        steps: {
          ...{ apiKey: `${KEY}4`, ...common },
          security: { salt: SALT, unsigned: "allow" },
          sizes: { widths: [160, 320, 640], step: 500 },
        },
        heard: { apiKey: `${KEY}5`, ...common, hints: { client: true, saveData: true } },
      },
    };
    freshet = await startFreshet({ config });
  });
  afterAll(async () => {
    await freshet?.stop();
    await origin?.close();
  });

  it("deliver presets, rules and defaults, the stronger first", async () => {
    expect(await sizeAt("short", "/v7/_m_/a.jpg")).toEqual([100, 75]);
    expect(await sizeAt("short", "/v7/_m_/a.jpg?w=300")).toEqual([300, 225]);
    expect(await sizeAt("short", "/v7/_m_/a.jpg?w=300&p=small")).toEqual([200, 150]);
    expect(await sizeAt("short", "/v7/a.jpg?w=5000")).toEqual([640, 480]);
    expect(await sizeAt("short", "/v7/a.jpg?w=5000&org_if_sml=0&h=10")).toEqual([5000, 10]);
    expect(await sizeAt("short", "/bound/200x100/n/a.jpg")).toEqual([133, 100]);
  });

  it("call nothing immutable that a preset or a rule has a part in", async () => {
    const lifetime = async (path: string) => (await get("short", path)).headers.get("cache-control");
    expect(await lifetime(`/v7/a.jpg?w=90&vh=${version}`)).toBe("public, max-age=31536000, immutable");
    expect(await lifetime(`/v7/a.jpg?p=small&vh=${version}`)).toBe("public, max-age=60");
    expect(await lifetime(`/v7/_m_/a.jpg?w=90&vh=${version}`)).toBe("public, max-age=60");
  });

  it("keep answers as long as a URL or a preset asks for, within bounds", async () => {
    for (const [query, seconds] of [
      ["ci_cache=5", 5],
      ["p=slow", 600],
      ["p=slow&ci_cache=5", 600],
      ["ci_cache=999999", 3_600],
    ] as const) {
      const { headers } = await get("short", `/v7/a.jpg?w=91&${query}`);
      expect(headers.get("cache-control"), query).toBe(`public, max-age=${seconds}`);
      expect(headers.get("cdn-cache-control"), query).toBe(`max-age=${seconds}`);
    }
    const unknown = await get("short", "/v7/a.jpg?ci_cache=600&w=91&vh=c000000000000");
    expect(unknown.headers.get("cache-control")).toBe("public, max-age=10");
  });

  it("refuse what is not signed or not as it was signed, with their own placeholder", async () => {
    expect(await refusal("safe", "/v7/_m_/a.jpg?w=80")).toEqual([403, "SIGNATURE_MISSING"]);
    const signed = await signDeliveryUrl("/v7/_m_/a.jpg?w=80", { salt: SALT });
    expect(await refusal("safe", signed.replace("w=80", "w=81"))).toEqual([403, "SIGNATURE_WRONG"]);
    expect(await refusal("safe", signed.replace("/v7", ""))).toEqual([404, "ORIGINAL_NOT_NAMED"]);
    const { bytes } = await get("safe", "/v7/_m_/a.jpg?w=80");
    expect(isShade(await shadeOf(bytes), BLUE)).toBe(true);
    expect((await sharp((await get("plain", "/v7/_m_/none.jpg")).bytes).metadata()).width).toBe(480);
  });

  it("deliver one variant however its URL is signed", async () => {
    const url = "/v7/_m_/a.jpg?w=81";
    // The disk is written behind the first answer: it is there once an answer comes from it.
    let asked = 0;
    await expect
      .poll(async () => (await get("plain", `${url}&ci_info=${asked++}`)).headers.get("cache-status"))
      .toContain("detail=disk");
    const before = await renders();
    const forms = [
      await signDeliveryUrl(url, { salt: SALT }),
      await signDeliveryUrl(url, { salt: OLD_SALT }),
      await signDeliveryUrl(url, { salt: SALT, expires: Math.round(Date.now() / 1_000) + 3_600 }),
      await signDeliveryUrl(url, { salt: SALT, by: "ci_sign", length: 18 }),
      await sealDeliveryUrl("/v7/_m_/a.jpg", "w=81", { salt: SALT }),
      `${await sealDeliveryUrl("/v7/_m_/a.jpg", "w=81", { salt: SALT })}&w=4000`,
    ];
    const answers = [];
    for (const form of [...forms, ...forms]) answers.push(await get("safe", form));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(new Set(answers.map(({ headers }) => headers.get("etag"))).size).toBe(1);
    expect((await renders()) - before).toBe(0);
  });

  it("let no answer outlive its URL", async () => {
    const end = Math.ceil(Date.now() / 1_000) + 3;
    const url = await signDeliveryUrl("/v7/_m_/a.jpg?w=82", { salt: SALT, expires: end });
    const { status, headers } = await get("safe", url);
    expect(status).toBe(200);
    for (const name of ["cache-control", "cdn-cache-control"]) {
      const kept = Number(/max-age=(\d+)/.exec(headers.get(name) ?? "")?.[1] ?? 0);
      expect(kept, name).toBeLessThanOrEqual(3);
    }
    await expect.poll(() => get("safe", url).then((answer) => answer.status), { timeout: 8_000 }).toBe(403);
    expect(Date.now()).toBeGreaterThanOrEqual(end * 1_000);
    expect(await refusal("safe", url)).toEqual([403, "URL_EXPIRED"]);
    const etag = headers.get("etag") ?? "";
    expect((await get("safe", url, { "if-none-match": etag })).status).toBe(403);
  });

  it("bring strangers' sizes to the ladder, and leave signed ones alone", async () => {
    expect(await sizeAt("steps", "/v7/_m_/a.jpg?w=150")).toEqual([160, 120]);
    expect(await sizeAt("steps", "/v7/_m_/a.jpg?w=150&dpr=2")).toEqual([320, 240]);
    expect(await sizeAt("steps", "/v7/_m_/a.jpg?w=700")).toEqual([1_000, 750]);
    expect((await get("steps", "/v7/_m_/a.jpg?w=150")).headers.get("freshet-remarks")).toBe("w");
    expect(await sizeAt("steps", await signDeliveryUrl("/v7/_m_/a.jpg?w=150", { salt: SALT }))).toEqual([
      150, 113,
    ]);
    expect(await refusal("steps", "/v7/_m_/a.jpg?w=150&ci_sign=0123456789")).toEqual([
      403,
      "SIGNATURE_WRONG",
    ]);
  });

  it("follow what a browser says of itself where the URL leaves it open, and vary by it", async () => {
    const path = "/v7/_m_/a.jpg";
    const said = await get("heard", path, { "sec-ch-width": "300" });
    expect(said.headers.get("vary")).toBe(
      "Accept, Sec-CH-Width, Sec-CH-Viewport-Width, Sec-CH-DPR, Save-Data",
    );
    expect(said.headers.get("accept-ch")).toBe("Sec-CH-Width, Sec-CH-Viewport-Width, Sec-CH-DPR");
    expect(await sizeAt("heard", path, { "sec-ch-width": "300" })).toEqual([320, 240]);
    expect(await sizeAt("heard", path, { "sec-ch-width": "301" })).toEqual([320, 240]);
    expect(await sizeAt("heard", path)).toEqual([640, 480]);
    expect(await sizeAt("heard", path, { "sec-ch-width": "1200" })).toEqual([640, 480]);
    const fixed = await get("heard", `${path}?w=50&q=80`, { "sec-ch-width": "300", "save-data": "on" });
    expect((await sharp(fixed.bytes).metadata()).width).toBe(50);
    expect(fixed.headers.get("vary")).toBe("Accept");
    const saved = await get("heard", `${path}?w=50`, { "save-data": "on" });
    expect(saved.headers.get("vary")).toBe("Accept, Save-Data");
    expect(saved.headers.get("etag")).not.toBe((await get("heard", `${path}?w=50`)).headers.get("etag"));
    expect((await get("plain", path, { "sec-ch-width": "300", "save-data": "on" })).headers.get("vary")).toBe(
      "Accept",
    );
  });

  it("explain a URL to who has the key, and to nobody else", async () => {
    const explain = (project: string, url: string, key: string) =>
      fetch(`${freshet.url}/projects/${project}/explain?url=${encodeURIComponent(url)}`, {
        headers: { "x-client-key": key },
      });
    const answer = await explain("short", "https://short.images.test/v7/_m_/a.jpg?p=small&w=9", `${KEY}2`);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      refused: null,
      preset: "small",
      original: { steps: [{ alias: "_m_" }], isAllowed: true },
      parameters: [
        {
          ...{ name: "w", value: "200", layer: "preset", by: "small" },
          overrides: [
            { value: "9", layer: "url" },
            { value: "100", layer: "rule", by: "_m_/" },
          ],
        },
        { name: "org_if_sml", layer: "default" },
        { name: "q", value: "50", layer: "rule" },
        { name: "p" },
      ],
    });
    const refused = await explain("safe", "/v7/_m_/a.jpg", `${KEY}3`);
    const text = await refused.text();
    expect(JSON.parse(text)).toMatchObject({ refused: { code: "SIGNATURE_MISSING" } });
    expect(text).not.toContain(SALT);
    for (const [project, key] of [
      ["safe", `${KEY}2`],
      ["none", `${KEY}2`],
      ["safe", ""],
    ] as const)
      expect((await explain(project, "/v7/a.jpg", key)).status).toBe(401);
    expect((await explain("short", "", `${KEY}2`)).status).toBe(400);
  });

  it("forget their answers when a preset or a salt changes, and only theirs", async () => {
    const causes = async (key: string) => {
      const answer = await fetch(`${freshet.url}/invalidate`, { headers: { "x-client-key": key } });
      const { invalidations } = (await answer.json()) as { invalidations: { cause: { kind: string } }[] };
      return invalidations.map(({ cause }) => cause.kind);
    };
    expect(await causes(`${KEY}2`)).toEqual([]);
    const short = { ...config.projects.short, presets: { small: "w=250" } };
    const steps = { ...config.projects.steps, security: { salt: "quite another salt", unsigned: "allow" } };
    await freshet.restart({ config: { projects: { ...config.projects, short, steps } } });
    expect(await sizeAt("short", "/v7/_m_/a.jpg?w=300&p=small")).toEqual([250, 188]);
    expect(await causes(`${KEY}2`)).toEqual(["settings"]);
    expect(await causes(`${KEY}4`)).toEqual(["settings"]);
    expect(await causes(`${KEY}3`)).toEqual([]);
  });
});
