import sharp from "sharp";
import { describe, expect, it, test } from "vitest";
import { animation, orientedMap, placeMap } from "./fixtures.test.support.ts";
import { probe } from "./probe.ts";
import { sniffFormat } from "./sniff.ts";

const STILL = { width: 40, height: 30, pages: 1, hasAlpha: false, pixels: 1200, interlaced: false };
const plain = () => sharp({ create: { width: 40, height: 30, channels: 3, background: "#369" } });
const svg = (text: string) => Buffer.from(text);
const SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><rect width="9" height="9"/></svg>';

describe("probe", () => {
  test.each(["jpeg", "png", "webp", "avif", "tiff"] as const)("reads %s", async (format) => {
    expect(await probe(await plain().toFormat(format).toBuffer())).toEqual({ ...STILL, format });
  });

  it("reads a still GIF and an SVG", async () => {
    expect(await probe(await plain().gif().toBuffer())).toMatchObject({
      format: "gif",
      width: 40,
      height: 30,
      pages: 1,
    });
    expect(await probe(svg(SVG))).toEqual({ ...STILL, format: "svg", hasAlpha: true });
  });

  it("counts frames and all their pixels", async () => {
    for (const format of ["gif", "webp"] as const) {
      const facts = await probe(await animation(40, 30, 6, format));
      expect(facts).toMatchObject({ format, width: 40, height: 30, pages: 6, pixels: 7200 });
    }
  });

  it("tells what has to be held whole", async () => {
    const progressive = (chromaSubsampling: string) => plain().jpeg({ progressive: true, chromaSubsampling });
    expect(await probe(await progressive("4:2:0").toBuffer())).toMatchObject({
      interlaced: true,
      samples: 1.5,
    });
    expect(await probe(await progressive("4:4:4").toBuffer())).toMatchObject({
      interlaced: true,
      samples: 3,
    });
    expect(await probe(await plain().jpeg().toBuffer())).not.toHaveProperty("samples");
    expect((await probe(await plain().png({ progressive: true }).toBuffer())).interlaced).toBe(true);
  });

  it("gives upright sizes", async () => {
    for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8]) {
      expect(await probe(await orientedMap(40, 30, orientation))).toMatchObject({ width: 40, height: 30 });
    }
  });

  it("sees transparency", async () => {
    expect((await probe(await placeMap(4, 4))).hasAlpha).toBe(true);
  });

  it("accepts a view into a larger buffer and leaves it as it was", async () => {
    const png = await plain().png().toBuffer();
    const padded = new Uint8Array(png.length + 64).fill(7);
    padded.set(png, 32);
    const before = padded.slice();
    expect(await probe(padded.subarray(32, 32 + png.length))).toEqual({ ...STILL, format: "png" });
    expect(padded).toEqual(before);
  });

  test.each<[string, Uint8Array]>([
    ["nothing", new Uint8Array()],
    ["one byte", Uint8Array.of(0xff)],
    ["HTML", svg("<!doctype html><html><body>hello</body></html>")],
    ["HTML with an SVG in it", svg(`<!doctype html><html><body>${SVG}</body></html>`)],
    ["a ZIP", svg("PK\u0003\u0004aaaaaaaaaaaaaaaaaaaaaaaaaa")],
    ["a PDF", svg("%PDF-1.7\n1 0 obj")],
    ["a BMP", svg("BM\u0000\u0000\u0000\u0000aaaaaaaaaaaaaaaaaaaaaa")],
    ["HEIC without a picture", Buffer.concat([Buffer.from([0, 0, 0, 24]), svg("ftypheic\0\0\0\0mif1heic")])],
    ["a JPEG XL in boxes without a stream", Buffer.from("\0\0\0\x0cJXL \r\n\x87\n", "latin1")],
    [
      "an icon of nothing",
      Buffer.from([0, 0, 1, 0, 1, 0, 9, 9, 0, 0, 1, 0, 32, 0, 99, 0, 0, 0, 22, 0, 0, 0]),
    ],
    ["a PSD in a mode of its own", svg("8BPS\0\x01\0\0\0\0\0\0\0\x03\0\0\0\x09\0\0\0\x09\0\x08\0\x63")],
    ["a gzipped SVG", Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0])],
    ["a PNG signature alone", Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])],
    ["a WebP that is none", svg("RIFF\0\0\0\0WEBPVP8 ")],
    ["an SVG that is no XML", svg("<svg width=1 <<<")],
  ])("refuses %s", async (_, bytes) => {
    await expect(probe(bytes)).rejects.toMatchObject({ name: "RenderError", code: "IMAGE_UNREADABLE" });
  });
});

describe("sniffing SVG", () => {
  test.each([
    SVG,
    `\ufeff${SVG}`,
    `  \n<?xml version="1.0"?>\n<!-- by hand > or not --><!-- twice -->${SVG}`,
    `<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/svg11.dtd">${SVG}`,
    `<!DOCTYPE svg [ <!ENTITY ns "http://www.w3.org/2000/svg"> ]>${SVG}`,
    '<s:svg xmlns:s="http://www.w3.org/2000/svg"/>',
    "<svg/>",
  ])("knows %s", (text) => expect(sniffFormat(svg(text))).toBe("svg"));

  test.each(["<svgx>", "<!-- <svg> -->", "<html><svg>", "svg", "<", `<!--${" ".repeat(9000)}-->${SVG}`])(
    "is not taken in by %s",
    (text) => expect(sniffFormat(svg(text))).toBeUndefined(),
  );

  it("takes no longer for text made to make it search", () => {
    for (const piece of ["<!---->", "<?a?>", " ", "<!DOCTYPE svg>", "<!DOCTYPE svg ["]) {
      expect(sniffFormat(svg(piece.repeat(5000)))).toBeUndefined();
    }
  });
});
