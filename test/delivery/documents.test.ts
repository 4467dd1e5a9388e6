import sharp from "sharp";
import { afterAll, beforeAll, expect, it } from "vitest";
import { pdfOf, SIGN_PAGE } from "../../packages/core/src/resize/develop/fixtures.test.support.ts";
import { ask } from "../support/ask.ts";
import { demoOf } from "../support/demo.ts";
import { photographHeads } from "../support/drawn-faces.ts";
import { type Freshet, startFreshet } from "../support/freshet.ts";
import { type Origin, startOrigin } from "../support/origin.ts";

const PDF = { "content-type": "application/pdf" };
const WORDS = { width: 300, height: 100, draws: "BT /F 40 Tf 20 30 Td (Freshet) Tj ET" };

let origin: Origin;
let freshet: Freshet;

beforeAll(async () => {
  origin = await startOrigin();
  origin.put("/book.pdf", pdfOf([SIGN_PAGE, WORDS]), PDF);
  freshet = await startFreshet({ config: demoOf(origin) });
});
afterAll(async () => {
  await freshet?.stop();
  await origin?.close();
});

const get = (target: string, accept = "*/*") => ask(freshet, "demo", `/v7/_site_/${target}`, { accept });

it("a PDF is delivered as a picture of its first page", async () => {
  const { status, headers, bytes } = await get("book.pdf");
  expect([status, headers.get("content-type")]).toEqual([200, "image/jpeg"]);
  expect(await sharp(bytes).metadata()).toMatchObject({ format: "jpeg", width: 192, height: 128 });
  const { dominant } = await sharp(bytes).extract({ left: 110, top: 10, width: 70, height: 100 }).stats();
  expect(dominant).toMatchObject({ r: 8, b: 248 });
});

it("any page takes every operation and format, under a key of its own", async () => {
  const [first, second] = await Promise.all(
    ["book.pdf?w=60", "book.pdf?w=60&doc_page=2"].map((target) => get(target, "image/webp")),
  );
  expect(second?.headers.get("content-type")).toBe("image/webp");
  expect(second?.headers.get("etag")).not.toBe(first?.headers.get("etag"));
  expect(await sharp(second?.bytes).metadata()).toMatchObject({ width: 60, height: 20 });
  expect((await get("book.pdf?w=60&doc_page=1", "image/webp")).headers.get("etag")).toBe(
    first?.headers.get("etag"),
  );
});

it("one that it has not is missing, and the answer says how many there are", async () => {
  const { status, headers } = await get("book.pdf?doc_page=3&w=60");
  expect([status, headers.get("freshet-error"), headers.get("cache-control")]).toEqual([
    404,
    "PAGE_MISSING",
    "no-store",
  ]);
  expect(headers.get("freshet-reason")).toBe("The document has 2 pages, and doc_page asks for page 3.");
});

it("is the file itself where that is asked for", async () => {
  const { headers, bytes } = await get("book.pdf?func=proxy");
  expect([headers.get("content-type"), bytes.subarray(0, 5).toString()]).toEqual([
    "application/pdf",
    "%PDF-",
  ]);
});

it("is described with its pages", async () => {
  const { original } = JSON.parse((await get("book.pdf?ci_info=json")).bytes.toString());
  expect(original).toMatchObject({ format: "pdf", pages: 2, width: 192, height: 128, alpha: false });
});

it("faces are hidden on the page that has some, whichever was asked for before", async () => {
  const jpeg = await photographHeads(600, 400, [{ x: 300, y: 190, high: 160 }]);
  const photograph = {
    ...{ width: 300, height: 200 },
    draws: `q 300 0 0 200 0 0 cm BI /W 600 /H 400 /CS /RGB /BPC 8 /F /DCT ID ${jpeg.toString("latin1")} EI Q`,
  };
  origin.put("/people.pdf", pdfOf([WORDS, photograph]), PDF);
  const query = (page: number, more = "") => `people.pdf?doc_page=${page}&w=600&force_format=png${more}`;
  await get(query(1, "&pixelate_faces=100"));
  const [shown, hidden] = [await get(query(2)), await get(query(2, "&pixelate_faces=100"))];
  expect(await sharp(shown.bytes).metadata()).toMatchObject({ width: 600, height: 400 });
  const face = { left: 240, top: 130, width: 120, height: 120 };
  const [before, after] = await Promise.all(
    [shown, hidden].map(({ bytes }) => sharp(bytes).extract(face).removeAlpha().raw().toBuffer()),
  );
  const differing = before?.filter((value, at) => Math.abs(value - (after?.[at] ?? 0)) > 8).length ?? 0;
  expect(differing).toBeGreaterThan(face.width * face.height * 0.2);
});

it("of a picture a page says nothing", async () => {
  await origin.paint("/a.jpg", { red: 200, green: 0, blue: 0 }, { width: 40, height: 30 });
  const [plain, paged] = [await get("a.jpg?w=20"), await get("a.jpg?w=20&doc_page=7")];
  expect([paged.status, paged.headers.get("etag")]).toEqual([200, plain.headers.get("etag")]);
  // Asked for nothing but a page, a picture is what it is.
  expect((await get("a.jpg?doc_page=7")).headers.get("etag")).toBe((await get("a.jpg")).headers.get("etag"));
});
