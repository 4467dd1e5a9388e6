import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask } from "../support/ask.ts";
import { type Freshet, startFreshet } from "../support/freshet.ts";
import { type Origin, startOrigin } from "../support/origin.ts";
import { installPart } from "../support/part.ts";

const RED = { red: 200, green: 30, blue: 30 };
const WP_SALT = "wordpress salt";
const sha1 = (text: string) => createHash("sha1").update(text).digest("hex");

interface Vector {
  readonly name: string;
  readonly salt: string;
  readonly target: string;
  readonly by: string | null;
}
const { verify: vectors }: { verify: readonly Vector[] } = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../packages/conformance/vectors/signatures.json"), "utf8"),
);
const salts = [...new Set(vectors.map(({ salt }) => salt))];
const projectOf = (salt: string) => `salt-${salts.indexOf(salt)}`;

/** What the modules of the part export, as far as it is used here. */
interface Unpic {
  generate(source: string, modifiers: object, options: { token: string }): string;
  transform(source: string, modifiers: object, options: object): string;
}
interface NuxtImage {
  (source: string, modifiers: object, options?: object): string;
  getSizes(source: string, options: object): { src: string; srcset: string };
}

describe("URLs that real clients make", () => {
  let origin: Origin;
  let freshet: Freshet;
  let part: string;

  const get = (project: string, path: string) =>
    ask(freshet, `${project}.cloudimg.io`, path, { accept: "image/webp,*/*" });
  /** Size and type of what a URL delivers. */
  const delivered = async (project: string, path: string) => {
    const { status, headers, bytes } = await get(project, path);
    expect(status, `${path} ${headers.get("freshet-error")}`).toBe(200);
    expect(headers.get("x-hexa-missingbehavior")).toBeNull();
    const { width, height } = await sharp(bytes).metadata();
    return {
      size: [width, height],
      type: headers.get("content-type"),
      remarks: headers.get("freshet-remarks"),
    };
  };
  const sizeOf = async (path: string) => (await delivered("shop", path)).size;

  beforeAll(async () => {
    part = (await installPart(join(import.meta.dirname, "../parts/clients"))).folder;
    origin = await startOrigin();
    for (const path of ["/media/a.jpg", "/media/a%20b.jpg", "/assets/image.jpg", "/assets/image.png"])
      await origin.paint(path, RED, { width: 1600, height: 1200 });
    const open = { origins: { allow: ["127.0.0.1"], allowPrivate: true }, prefix: origin.url };
    const secured = salts.map((salt, at) => [
      projectOf(salt),
      { ...open, apiKey: `client_0123456789abcd-${at}`, security: { salt }, v6: true },
    ]);
    freshet = await startFreshet({
      config: {
        projects: {
          shop: {
            ...open,
            apiKey: "client_0123456789abcdef",
            aliases: { _cms_: `${origin.url}`, "_cms_/_prod_": `${origin.url}/media`, _demo_: "_cms_/media" },
            v6: true,
          },
          press: {
            ...open,
            apiKey: "client_0123456789abcde2",
            security: { salt: WP_SALT, accept: ["ci_sign"] },
          },
          old: { ...open, apiKey: "client_0123456789abcde4", v7: "required" },
          young: { ...open, apiKey: "client_0123456789abcde5", v7: "absent" },
          eight: { ...open, apiKey: "client_0123456789abcde3", security: { salt: "salt", shortest: 8 } },
          ...Object.fromEntries(secured),
        },
      },
    });
  }, 180_000);
  afterAll(async () => {
    await freshet?.stop();
    await origin?.close();
  });

  describe("signed, by the vectors of the Ruby and PHP clients and the documentation", () => {
    it.each(vectors)("$name", async ({ salt, target, by }) => {
      const { status, headers } = await get(projectOf(salt), target);
      const code = headers.get("freshet-error");
      if (by === null) {
        const isSigned = /ci_sign|ci_seal|fr_sig|@/.test(target);
        expect([status, code]).toEqual([403, isSigned ? "SIGNATURE_WRONG" : "SIGNATURE_MISSING"]);
      } else if (target.includes("/assets/image.")) {
        expect([status, code]).toEqual([200, null]);
      } else {
        // Signed truly: only then it is looked whether such a host may be asked.
        expect([status, code]).toEqual([403, "ORIGINAL_NOT_ALLOWED"]);
      }
    });

    it("with eight digits where a project takes as few", async () => {
      const { size } = await delivered("eight", "/v7/assets/image.jpg?ci_sign=84c81ef2&w=200");
      expect(size).toEqual([200, 150]);
      expect((await delivered("eight", "/v7/assets/image.jpg?ci_seal=57e92785&w=100")).size).toEqual([
        100, 75,
      ]);
    });

    it("once and twice by WordPress", async () => {
      const text = `${origin.url}/media/a.jpg?w=320&org_if_sml=1`;
      const once = `${text}&ci_sign=${sha1(WP_SALT + text)}`;
      const again = `${once}?q=90&org_if_sml=1`;
      const twice = `${again}&ci_sign=${sha1(WP_SALT + again)}`;
      for (const url of [once, twice]) expect((await delivered("press", `/${url}`)).size).toEqual([320, 240]);
      for (const url of [text, again, twice.replace("q=90", "q=91")])
        expect((await get("press", `/${url}`)).status).toBe(403);
    });
  });

  it("lets WordPress and Strapi find out whether a project's URLs begin with /v7", async () => {
    const isValid = async (project: string, path: string) => {
      const { status, headers } = await get(project, path);
      return status === 200 && headers.get("x-hexa-missingbehavior") === null;
    };
    const found = async (project: string) => [
      await isValid(project, `/${origin.url}/media/a.jpg`),
      await isValid(project, `/v7/${origin.url}/media/a.jpg`),
    ];
    expect(await found("old")).toEqual([false, true]);
    expect(await found("young")).toEqual([true, false]);
    expect(await found("shop")).toEqual([true, true]);
  });

  it("delivers what unpic builds", async () => {
    const module = pathToFileURL(join(part, "node_modules/unpic/esm/src/providers/cloudimage.js")).href;
    const { generate, transform }: Unpic = await import(/* @vite-ignore */ module);
    const pathOf = (url: string) => {
      const { host, pathname, search } = new URL(url);
      expect(host).toBe("shop.cloudimg.io");
      return pathname + search;
    };
    const plain = generate(
      `${origin.url}/media/a.jpg`,
      { width: 300, height: 200, format: "webp", quality: 50 },
      { token: "shop" },
    );
    expect(await delivered("shop", pathOf(plain))).toEqual({
      size: [300, 200],
      type: "image/webp",
      remarks: null,
    });
    const queried = generate(`${origin.url}/media/a.jpg?v=1&x=%20`, { width: 400 }, { token: "shop" });
    expect(queried).toContain("ci_url_encoded=1");
    expect(await sizeOf(pathOf(queried))).toEqual([400, 300]);
    expect(await sizeOf(pathOf(transform(plain, { width: 640 }, {})))).toEqual([640, 200]);
    expect(
      await sizeOf(pathOf(generate(`${origin.url}/media/a b.jpg`, { width: 4_000 }, { token: "shop" }))),
    ).toEqual([1600, 1200]);
  });

  it("delivers what @nuxt/image builds", async () => {
    const runtime = (file: string) =>
      pathToFileURL(join(part, "node_modules/@nuxt/image/dist/runtime", file)).href;
    const { createImage } = await import(/* @vite-ignore */ runtime("image.js"));
    const { default: setup } = await import(/* @vite-ignore */ runtime("providers/cloudimage.js"));
    const withDefaults = (defaults: object): NuxtImage =>
      createImage({
        provider: "cloudimage",
        providers: { cloudimage: { setup, defaults } },
        presets: { thumb: { modifiers: { width: 50 } } },
        ...{
          alias: {},
          domains: [],
          densities: [1, 2],
          screens: { sm: 640, md: 768 },
          nuxt: { baseURL: "/media" },
        },
      });
    const pathOf = (url: string) => new URL(url).pathname + new URL(url).search;
    const img = withDefaults({ token: "shop", apiVersion: "v7", baseURL: `${origin.url}/media` });
    const fits = {
      cover: [300, 200],
      contain: [300, 200],
      fill: [300, 200],
      inside: [267, 200],
      outside: [300, 225],
    };
    for (const [fit, size] of Object.entries(fits)) {
      const url = img("/a.jpg", { width: 300, height: 200, fit, quality: 70, format: "webp" });
      expect(await delivered("shop", pathOf(url)), fit).toEqual({ size, type: "image/webp", remarks: null });
    }
    expect(await sizeOf(pathOf(img("/a b.jpg", { width: 320 })))).toEqual([320, 240]);
    expect(await sizeOf(pathOf(img(`${origin.url}/media/a.jpg`, {})))).toEqual([1600, 1200]);
    expect(await sizeOf(pathOf(img("/a.jpg", {}, { preset: "thumb" })))).toEqual([50, 38]);
    const { srcset } = img.getSizes("/a.jpg", { sizes: "sm:100vw md:300px", modifiers: {} });
    const widths = srcset.split(", ").map((each) => each.split(" "));
    for (const [url = "", width = ""] of widths) {
      expect((await sizeOf(pathOf(url)))[0]).toBe(Number.parseInt(width, 10));
    }
    expect(widths.length).toBe(4);
    // Without a version segment, the site's own base in front, found by the prefix.
    const bare = withDefaults({ token: "shop" });
    expect(await sizeOf(pathOf(bare("/a.jpg", { width: 100 })))).toEqual([100, 75]);
  });

  describe("seen on real sites and in plugins", () => {
    const cases: readonly [string, readonly [number, number], string?][] = [
      ["/v7/$/media/a.jpg?w=1120.0", [1120, 840]],
      ["/v7/$/media/a.jpg?w=300&force_format=webp%2Coriginal", [300, 225]],
      ["/v7/$/media/a.jpg?w=300&h=300&gravity=10%2C20", [300, 300]],
      ["/v7/$/media/a.jpg?w=5000&org_if_sml=14629", [1600, 1200]],
      ["/v7/$/media/a.jpg?w=1700&org_if_sml=0", [1700, 1275]],
      ["/v7/$/media/a.jpg?w=300&amp;h=100&amp;func=bound", [133, 100]],
      ["/v7/$/media/a.jpg?&org_if_sml=1", [1600, 1200]],
      ["/v7/$/media/a.jpg?w=100&", [100, 75]],
      ["/v7/$/media/a.jpg?w=100&q=90?q=90", [100, 75]],
      ["/v7/%/media/a.jpg%3Fc%3D11?w=64?ci_url_encoded=1", [64, 48]],
      ["/%/media/a.jpg%3Fc%3D11?ci_url_encoded=1&w=64", [64, 48]],
      ["/%/media/a.jpg?w=64", [64, 48]],
      ["/_cms_/_prod_/a.jpg?w=64", [64, 48]],
      ["/_cms_%2F_prod_%2Fa.jpg?w=64&ci_url_encoded=1", [64, 48]],
      ["/_cms_/media/a.jpg?w=64", [64, 48]],
      ["/v7/_demo_/a.jpg?width=64", [64, 48]],
      ["/v7/http:/$host/media/a.jpg?w=64", [64, 48]],
      ["/v7/$host/media/a.jpg?w=64", [64, 48]],
      ["/v7///$host/media/a.jpg?w=64", [64, 48]],
      ["//media/a.jpg?w=64", [64, 48]],
      ["/media/a.jpg?w=64&h=48&func=nonsense", [64, 48], "func"],
      ["/media/a.jpg?w=64&p=nowhere&process=1", [64, 48], "process, p"],
      ["/width/64/n/$/media/a.jpg", [64, 48]],
      ["/crop/10,20,410,320-40x30/q80.foil1/$/media/a.jpg", [40, 30]],
      ["/cdn/n/n/media/a.jpg", [1600, 1200]],
    ];
    it.each(cases)("%s", async (written, size, remarks) => {
      const path = written
        .replace("$host", `127.0.0.1:${origin.port}`)
        .replace("$", origin.url)
        .replace(
          /^(\/v7)?\/%\/([^?]*)/,
          (_, v7 = "", rest: string) =>
            `${v7}/${encodeURIComponent(`${origin.url}/${decodeURIComponent(rest)}`)}`,
        );
      const found = await delivered("shop", path);
      expect([found.size, found.remarks]).toEqual([size, remarks ?? null]);
    });
  });
});
