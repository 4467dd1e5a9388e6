import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readHead } from "../../packages/core/dist/resize/develop/heads.js";
import {
  MagickFormat,
  signPng,
  writtenSign,
} from "../../packages/core/src/resize/develop/fixtures.test.support.ts";
import { ask } from "../support/ask.ts";
import { missingBrowser, openBrowser } from "../support/browser.ts";
import { demoOf } from "../support/demo.ts";
import { missingPart } from "../support/find.ts";
import { type Freshet, startFreshet } from "../support/freshet.ts";
import { type Origin, startOrigin } from "../support/origin.ts";

const JXL = "image/jxl,image/avif,image/webp,*/*;q=0.8";
const missing = missingPart("Chromium", missingBrowser().length === 0, "apt-get install chromium");
const WEBP = "image/webp,*/*;q=0.8";

let origin: Origin;
let freshet: Freshet;
let usual: Freshet;

beforeAll(async () => {
  origin = await startOrigin();
  origin.put("/sign.png", await signPng(true), { "content-type": "image/png" });
  origin.put("/own.jxl", await writtenSign(MagickFormat.Jxl), { "content-type": "image/jxl" });
  const moving = await sharp(Buffer.alloc(8 * 16 * 3).fill(90, 0, 8 * 8 * 3), {
    raw: { width: 8, height: 16, channels: 3, pageHeight: 8 },
  })
    .gif({ delay: [90, 90] })
    .toBuffer();
  origin.put("/moving.gif", moving, { "content-type": "image/gif" });
  [freshet, usual] = await Promise.all([
    startFreshet({ config: demoOf(origin, { formats: ["jxl", "webp"] }) }),
    startFreshet({ config: demoOf(origin) }),
  ]);
});
afterAll(async () => {
  await Promise.all([freshet?.stop(), usual?.stop()]);
  await origin?.close();
});

const get = (target: string, accept = JXL, at: Freshet = freshet) =>
  ask(at, "demo", `/v7/_site_/${target}`, { accept });
const typeOf = async (target: string, accept?: string, at?: Freshet) => {
  const { headers } = await get(target, accept, at);
  return `${headers.get("content-type")} ${headers.get("vary")}`;
};

describe("JPEG XL", () => {
  it("is sent to whoever names it, where the project or the URL does", async () => {
    expect(await typeOf("sign.png?w=48")).toBe("image/jxl Accept");
    expect(await typeOf("sign.png?w=48", WEBP)).toBe("image/webp Accept");
    expect(await typeOf("sign.png?w=48", "*/*")).toBe("image/png Accept");
    expect(await typeOf("sign.png?w=40&force_format=jxl", JXL, usual)).toBe("image/jxl Accept");
    expect(await typeOf("sign.png?w=40&force_format=jxl", WEBP, usual)).toBe("image/png Accept");
  });

  it("is no format of a project that does not list it, and none of what moves", async () => {
    expect(await typeOf("sign.png?w=48", JXL, usual)).toBe("image/avif Accept");
    expect(await typeOf("moving.gif?w=4")).toBe("image/webp Accept");
  });

  it("has the size and the transparency of the picture", async () => {
    const { bytes } = await get("sign.png?w=48");
    expect(readHead("jxl", bytes)).toMatchObject({ width: 48, height: 32, hasAlpha: true });
  });

  it("is delivered with its own bytes to whoever names it and wants the original", async () => {
    const own = await writtenSign(MagickFormat.Jxl);
    const answer = await get("own.jxl?force_format=original");
    expect([answer.headers.get("content-type"), answer.headers.get("vary")]).toEqual(["image/jxl", "Accept"]);
    expect(answer.bytes.equals(Buffer.from(own))).toBe(true);
    expect(await typeOf("own.jxl?force_format=original", "*/*")).toBe("image/jpeg Accept");
  });
});

describe.skipIf(missing)(`JPEG XL in Chromium ${missing ?? ""}`, () => {
  it("asks for it, gets it and shows it", async () => {
    const browser = await openBrowser();
    try {
      const page = await browser.page({ width: 400, height: 300 });
      const types: (string | undefined)[] = [];
      page.on("response", (response) => {
        types.push(response.headers()["content-type"]);
      });
      const url = `http://127.0.0.1:${freshet.port}/v7/_site_/sign.png?w=96`;
      await page.setContent(
        `<body style="margin:0;background:#ff0"><img src="${url}" width="384" height="256" style="display:block">`,
      );
      await page.waitForFunction(() => {
        const { images } = (globalThis as unknown as { document: { images: { naturalWidth: number }[] } })
          .document;
        return images[0]?.naturalWidth === 96;
      });
      // Nobody who does not name it is sent it.
      expect(types).toEqual(["image/jxl"]);
      const path = process.env.FRESHET_TEST_SCREENSHOT;
      const shot = await page.screenshot(path ? { path } : {});
      const { data, info } = await sharp(shot).removeAlpha().raw().toBuffer({ resolveWithObject: true });
      const at = (x: number, y: number) =>
        [0, 1, 2].map((channel) => ((data[(y * info.width + x) * 3 + channel] ?? 0) > 128 ? 1 : 0)).join("");
      // Green corner, red below it, and the page's yellow through the hole.
      expect([at(40, 40), at(90, 200), at(300, 128)]).toEqual(["010", "100", "110"]);
    } finally {
      await browser.close();
    }
  });
});
