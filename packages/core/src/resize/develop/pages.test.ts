import sharp from "sharp";
import { describe, expect, it, test, vi } from "vitest";
import { asked } from "../fixtures.test.support.ts";
import { openPass } from "../picture.ts";
import { probe } from "../probe.ts";
import { render } from "../render.ts";
import { survey } from "../survey.ts";
import { pdfOf, SIGN_PAGE } from "./fixtures.test.support.ts";
import { drawnFor } from "./page.ts";
import { drawPage, MOST_RASTER } from "./pdfium.ts";

const WORDS = { width: 300, height: 100, draws: "BT /F 40 Tf 20 30 Td (Freshet) Tj ET" };
const BOOK = pdfOf([SIGN_PAGE, WORDS, { ...SIGN_PAGE, more: "/Rotate 90" }]);

const drawn = (query: string, bytes: Uint8Array = BOOK) => render(bytes, asked(query), { format: "png" });

async function colorAt(bytes: Uint8Array, x: number, y: number): Promise<string> {
  const { data, info } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const at = (Math.floor(y * info.height) * info.width + Math.floor(x * info.width)) * 3;
  return data.subarray(at, at + 3).toString("hex");
}

describe("a PDF", () => {
  it("promises two pixels a point, and how many pages there are", async () => {
    expect(await probe(BOOK)).toEqual({
      ...{ format: "pdf", width: 192, height: 128, pages: 1, pixels: 192 * 128 },
      ...{ hasAlpha: false, interlaced: false, documentPages: 3 },
    });
    expect((await survey(BOOK)).facts).toMatchObject({ format: "pdf", documentPages: 3 });
  });

  it("shows its first page, or the one that is asked for, as it stands in the document", async () => {
    const first = await drawn("");
    expect(first).toMatchObject({ width: 192, height: 128 });
    expect([await colorAt(first.bytes, 0.1, 0.1), await colorAt(first.bytes, 0.1, 0.9)]).toEqual([
      "00cc00",
      "ff0000",
    ]);
    expect(await drawn("doc_page=2")).toMatchObject({ width: 600, height: 200 });
    const turned = await drawn("doc_page=3");
    expect(turned).toMatchObject({ width: 128, height: 192 });
    expect(await colorAt(turned.bytes, 0.9, 0.1)).toBe("00cc00");
  });

  it("is opened once to be read and drawn", async () => {
    const starts = vi.spyOn(WebAssembly, "Instance");
    await drawn("doc_page=2&w=90", Buffer.from(BOOK));
    expect(starts).toHaveBeenCalledTimes(1);
    starts.mockRestore();
  });

  it("is refused where it takes more memory than a document may", async () => {
    const draws = "0 0 9 9 re f ".repeat(3_000_000);
    const greedy = pdfOf([{ width: 100, height: 100, draws }]);
    // The library says so itself before it gives up.
    const said = vi.spyOn(console, "error").mockImplementation(() => {});
    await expect(drawPage(greedy, 1, SIGN_PAGE)).rejects.toMatchObject({
      code: "IMAGE_TOO_LARGE",
      message: "The document takes too much memory to render. Publish a simpler one.",
    });
    expect(said).toHaveBeenCalled();
    said.mockRestore();
    expect(await drawn("w=9")).toMatchObject({ width: 9 });
  });

  it("says how many pages it has where one is asked for that it has not", async () => {
    await expect(drawn("doc_page=4")).rejects.toMatchObject({
      code: "PAGE_MISSING",
      message: "The document has 3 pages, and doc_page asks for page 4.",
    });
    await expect(drawn("doc_page=2", pdfOf([WORDS]))).rejects.toMatchObject({
      message: "The document has one page, and doc_page asks for page 2.",
    });
  });

  // What was enlarged from pixels has many greys beside each edge.
  it("is as sharp in a large picture as in a small one, on white, in grey alone", async () => {
    const { bytes, width, height } = await drawn("doc_page=2&w=2400");
    expect([width, height]).toEqual([2400, 800]);
    const { data } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    let between = 0;
    let black = 0;
    let colored = 0;
    for (let at = 0; at < data.length; at += 3) {
      const red = data[at] ?? 0;
      if (data[at + 1] !== red || data[at + 2] !== red) colored += 1;
      if (red > 60 && red < 195) between += 1;
      if (red <= 60) black += 1;
    }
    expect(colored).toBe(0);
    expect(black).toBeGreaterThan(50_000);
    expect(between).toBeLessThan(black / 20);
    expect(await colorAt(bytes, 0.99, 0.01)).toBe("ffffff");
  });

  test.each([
    ["w=96&h=96&gravity=west", [96, 96], ["00cc00", "ff0000"]],
    ["tl_px=0,0&br_px=96,64&w=480", [480, 320], ["00cc00", "ff0000"]],
    ["w=192&h=64&func=fit&bg_color=ffff00", [192, 64], ["ffff00", "ffff00"]],
    ["w=96&flip=h", [96, 64], ["0000ff", "0000ff"]],
    ["w=96&r=180", [96, 64], ["0000ff", "0000ff"]],
    ["trim=5&w=40&h=40", [40, 40], undefined],
    ["f=gray", [192, 128], undefined],
    ["w=96&h=96&gravity=auto", [96, 96], undefined],
  ])("takes every operation: %s", async (query, [width = 0, height = 0], colors) => {
    const { bytes, ...size } = await drawn(query);
    expect(size).toMatchObject({ width, height });
    if (colors) expect([await colorAt(bytes, 0.04, 0.1), await colorAt(bytes, 0.04, 0.9)]).toEqual(colors);
  });

  it("is refused when it is none, ends early or is locked", async () => {
    const locked = Buffer.from(
      BOOK.toString("latin1").replace(
        "/Root 1 0 R",
        "/Root 1 0 R/Encrypt<</Filter/Standard/V 1/R 2/O(x)/U(x)/P -4>>",
      ),
      "latin1",
    );
    for (const bytes of [Buffer.from("%PDF-1.7\n1 0 obj"), BOOK.subarray(0, 200), locked]) {
      await expect(drawn("w=9", bytes)).rejects.toMatchObject({ code: "IMAGE_UNREADABLE" });
    }
    expect(await drawn("w=9")).toMatchObject({ width: 9 });
  });

  it("may be of any size in points", async () => {
    for (const [width, height] of [
      [14_400, 14_400],
      [200_000, 1],
      [0.1, 0.1],
    ] as const) {
      const { pixels } = await probe(pdfOf([{ ...WORDS, width, height }]));
      expect(pixels).toBeLessThanOrEqual(MOST_RASTER * 1.1);
      expect(pixels).toBeGreaterThan(0);
    }
  });
});

test("what was seen on one page is not taken for another", async () => {
  const seen = new Map<string, readonly number[]>();
  const memory = {
    recall: (question: string) => seen.get(question),
    remember: (question: string, answer: readonly number[]) => void seen.set(question, answer),
  };
  for (const query of ["trim=5&w=50", "doc_page=2&trim=5&w=50"]) {
    const known = await render(BOOK, asked(query), { format: "png", memory });
    expect(known.bytes).toEqual((await drawn(query)).bytes);
  }
});

test("a page is drawn in the size of its first pass, and in no more pixels than may be", () => {
  const whole = openPass({ width: 400, height: 200 });
  const pass = { ...whole, scaled: { width: 800, height: 400 } };
  expect(drawnFor(pass)).toMatchObject({
    incoming: pass.scaled,
    extract: { left: 0, top: 0, ...pass.scaled },
  });
  const extract = { left: 100, top: 50, width: 100, height: 100 };
  const cut = drawnFor({ ...whole, extract, scaled: { width: 50, height: 50 } });
  expect(cut).toMatchObject({
    incoming: { width: 200, height: 100 },
    extract: { left: 50, top: 25, width: 50, height: 50 },
  });
  const { incoming } = drawnFor({ ...whole, scaled: { width: 8_000, height: 4_000 } });
  expect(incoming.width * incoming.height).toBeLessThanOrEqual(MOST_RASTER * 1.01);
});
