import { createInvalidationClient, versionOfBytes } from "@freshet/core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask } from "../support/ask.ts";
import { EDGES, type Edge } from "../support/edges.ts";
import { type Freshet, freePort, startFreshet } from "../support/freshet.ts";
import { type Origin, startOrigin } from "../support/origin.ts";

const KEY = "client_0123456789abcdef";
const PICTURES = ["hat.png", "bag.png"];
const ORANGE = "#c86432";

const flat = (background: string, width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toBuffer();

/** The pixels of a picture as hex, by place. */
async function pixelsOf(answer: Response) {
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const { data, info } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return (x: number, y: number) => {
    const at = (y * info.width + x) * 3;
    return `#${data.subarray(at, at + 3).toString("hex")}`;
  };
}

for (const kind of EDGES) {
  const { driver, missing } = kind;
  describe.skipIf(missing)(`watermarks through ${driver}${missing ? ` ${missing}` : ""}`, () => {
    let origin: Origin;
    let node: Edge;
    let freshet: Freshet;
    let hat: Buffer;

    const get = (target: string) => fetch(`${node.url}${target}`);
    const settled = (target: string) =>
      expect
        .poll(async () => (await get(target)).headers.get("cache-status"), { timeout: 30_000 })
        .toContain(`${driver}; hit`);
    const color = async (target: string, x = 30, y = 20) => (await pixelsOf(await get(target)))(x, y);
    async function invalidate(path: string) {
      const client = createInvalidationClient({ endpoint: freshet.url, apiKey: KEY });
      const { uuid } = (await client.invalidate({ scope: "original", urls: [path] })).invalidation;
      return client.waitUntilDone(uuid);
    }

    beforeAll(async () => {
      const port = await freePort();
      [origin, node] = await Promise.all([startOrigin(), kind.start({ backendPort: port })]);
      hat = await flat(ORANGE, 60, 40);
      for (const picture of PICTURES) origin.put(`/media/${picture}`, hat);
      origin.put("/marks/logo.png", await flat("#0000ff", 20, 10));
      origin.put("/marks/own.png", await flat("#00ff00", 20, 10));
      origin.put("/marks/words.png", Buffer.from("no image at all"));
      freshet = await startFreshet({
        port,
        config: {
          projects: {
            demo: {
              apiKey: KEY,
              hosts: ["127.0.0.1"],
              origins: { allow: ["127.0.0.1"], allowPrivate: true },
              aliases: { _site_: `${origin.url}/media`, _marks_: `${origin.url}/marks` },
              watermark: "_marks_/own.png",
            },
            bare: {
              apiKey: "client_bare_0123456789",
              aliases: { _site_: `${origin.url}/media` },
              origins: { allow: ["127.0.0.1"], allowPrivate: true },
            },
          },
          cdn: [{ driver, nodes: [node.url] }],
          log: "error",
        },
      });
    });
    afterAll(async () => {
      await freshet?.stop();
      await node?.stop();
      await origin?.close();
    });

    it("stand where they are asked to, of an alias, of an address and of the project", async () => {
      const written = encodeURIComponent(`${origin.url}/marks/logo.png?v=1`);
      const query = `wat%5B1%5D=1&wat_url%5B1%5D=${written}&wat_gravity%5B1%5D=northwest&wat[2]=1&wat_gravity[2]=southeast`;
      const at = await pixelsOf(await get(`/v7/_site_/hat.png?${query}&force_format=png`));
      expect([at(0, 0), at(19, 9), at(20, 10), at(59, 39), at(40, 30), at(39, 29)]).toEqual([
        ...["#0000ff", "#0000ff", ORANGE],
        ...["#00ff00", "#00ff00", ORANGE],
      ]);
    });

    it.each<[string, string, string]>([
      ["of an alias", "wat=1&wat_url=_marks_/logo.png", "/_marks_/logo.png"],
      ["of the project", "wat=1&wat_scale=90", "/_marks_/own.png"],
      [
        "second of two",
        "wat[1]=1&wat_gravity[1]=north&wat[2]=1&wat_url[2]=_marks_/logo.png",
        "/_marks_/logo.png",
      ],
      ["of a folder", "wat=1&wat_url=_marks_/logo.png&wat_scale=80", "/_marks_/*"],
    ])(
      "%s that are changed and invalidated are fresh on every picture, and nothing else is forgotten",
      async (_, query, path) => {
        const image = path.includes("own") ? "/marks/own.png" : "/marks/logo.png";
        const targets = PICTURES.flatMap((picture) =>
          [60, 30].map((width) => `/v7/_site_/${picture}?w=${width}&${query}&force_format=png`),
        );
        const plain = "/v7/_site_/hat.png?w=30&force_format=png";
        const middle = (target: string) =>
          target.includes("w=60") ? ([30, 20] as const) : ([15, 10] as const);
        const all = () => Promise.all(targets.map((target) => color(target, ...middle(target))));
        origin.put(image, await flat("#aa0011", 20, 10));
        await invalidate(path);
        for (const target of [...targets, plain]) await settled(target);
        expect(new Set(await all())).toEqual(new Set(["#aa0011"]));
        origin.put(image, await flat("#11bb22", 20, 10));
        expect(new Set(await all())).toEqual(new Set(["#aa0011"]));
        await expect(invalidate(path)).resolves.toMatchObject({ status: "DONE" });
        expect(new Set(await all())).toEqual(new Set(["#11bb22"]));
        expect((await get(plain)).headers.get("cache-status")).toContain(`${driver}; hit`);
      },
    );

    it("take what is immutable from a version that is true to the picture alone", async () => {
      const version = `vh=${await versionOfBytes(new Uint8Array(hat))}`;
      const lifetime = async (query: string) =>
        (await get(`/v7/_site_/hat.png?${version}&${query}`)).headers.get("cache-control");
      expect(await lifetime("w=20")).toContain("immutable");
      expect(await lifetime("w=20&wat=1&wat_url=_marks_/logo.png")).toBe("public, max-age=60");
      expect(await lifetime("w=20&wat=1")).toBe("public, max-age=60");
      expect(await lifetime("w=20&wat=0&wat_url=_marks_/logo.png")).toContain("immutable");
    });

    it.each<[string, number, string]>([
      ["_marks_/none.png", 404, "ORIGINAL_MISSING"],
      ["_marks_/words.png", 415, "IMAGE_UNREADABLE"],
      ["http://169.254.169.254/latest/meta-data", 403, "ORIGINAL_NOT_ALLOWED"],
      ["http://localhost:1/logo.png", 403, "ORIGINAL_NOT_ALLOWED"],
      ["//", 404, "ORIGINAL_NOT_NAMED"],
    ])("that cannot be had (%s) are answered as such an original is: %i", async (image, status, code) => {
      const answer = await get(`/v7/_site_/hat.png?wat=1&wat_url=${encodeURIComponent(image)}`);
      expect([answer.status, answer.headers.get("freshet-error")]).toEqual([status, code]);
      expect(answer.headers.get("cache-control")).toBe("no-store");
      expect(answer.headers.get("content-type")).toMatch(/^image\//);
    });

    it("are written with the shipped faces, over a drawing too, and leave a version immutable", async () => {
      const query = `vh=${await versionOfBytes(new Uint8Array(hat))}&wat=1&wat_text=%E2%96%88&wat_fontsize=20&force_format=png`;
      const answer = await get(`/v7/_site_/hat.png?${query}`);
      expect(answer.headers.get("cache-control")).toContain("immutable");
      expect((await pixelsOf(answer))(30, 20)).toBe("#000000");
      const drawing =
        '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="40"><path fill="#fff" d="M0 0h60v40H0z"/></svg>';
      origin.put("/media/drawing.svg", Buffer.from(drawing), { "content-type": "image/svg+xml" });
      const marked = await get("/v7/_site_/drawing.svg?wat=1&wat_text=%E2%96%88&wat_fontsize=20");
      expect(marked.headers.get("content-type")).toMatch(/^image\/(png|webp)/);
      expect((await pixelsOf(marked))(30, 20)).toBe("#000000");
    });

    it("of a project without one are none", async () => {
      const { status, bytes } = await ask(freshet, "bare", "/v7/_site_/hat.png?wat=1&force_format=png");
      expect(status).toBe(200);
      expect(new Set(await sharp(bytes).removeAlpha().raw().toBuffer())).toEqual(new Set([0xc8, 0x64, 0x32]));
    });
  });
}
