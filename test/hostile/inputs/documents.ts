import { deflateSync } from "node:zlib";
import { pdfOf, SIGN_PAGE } from "../../../packages/core/src/resize/develop/fixtures.test.support.ts";
import { text } from "./containers.ts";
import { ANY, type HostileInput, TOO_LARGE, UNREADABLE } from "./input.ts";

const PDF = "application/pdf";

/** A PDF of these objects, the first the catalog; a stream may have bytes of its own. */
function documentOf(
  objects: readonly (string | readonly [dictionary: string, stream: Uint8Array])[],
): Buffer {
  const parts: Buffer[] = [text("%PDF-1.7\n")];
  const places: number[] = [];
  let at = parts[0]?.length ?? 0;
  const add = (part: Buffer) => {
    parts.push(part);
    at += part.length;
  };
  for (const [place, object] of objects.entries()) {
    places.push(at);
    const [dictionary, stream] = typeof object === "string" ? [object] : object;
    add(text(`${place + 1} 0 obj\n${dictionary}\n`));
    if (stream) {
      add(text("stream\n"));
      add(Buffer.from(stream));
      add(text("\nendstream\n"));
    }
    add(text("endobj\n"));
  }
  const from = at;
  const rows = places.map((each) => `${String(each).padStart(10, "0")} 00000 n \n`).join("");
  const count = objects.length + 1;
  add(
    text(
      `xref\n0 ${count}\n0000000000 65535 f \n${rows}trailer\n<</Size ${count}/Root 1 0 R>>\nstartxref\n${from}\n%%EOF\n`,
    ),
  );
  return Buffer.concat(parts);
}

const CATALOG = "<</Type/Catalog/Pages 2 0 R>>";
const TREE = "<</Type/Pages/Count 1/Kids[3 0 R]>>";
const page = (resources = "", box = "0 0 200 200") =>
  `<</Type/Page/Parent 2 0 R/MediaBox[${box}]/Contents 4 0 R/Resources<<${resources}>>>>`;
const drawn = (draws: string | Uint8Array, resources = "", ...more: Parameters<typeof documentOf>[0]) => {
  const stream = typeof draws === "string" ? text(draws) : draws;
  return documentOf([CATALOG, TREE, page(resources), [`<</Length ${stream.length}>>`, stream], ...more]);
};
/** A stream that unpacks to much. */
function packed(bytes: Uint8Array, dictionary = ""): readonly [string, Uint8Array] {
  const stream = deflateSync(bytes, { level: 9 });
  return [`<</Filter/FlateDecode/Length ${stream.length}${dictionary}>>`, stream];
}

/** Documents that promise much, lie, go round in circles, and such that want to run or to fetch something. */
export function hostileDocuments(): readonly HostileInput[] {
  const plain = pdfOf([SIGN_PAGE]);
  const asPdf = (input: HostileInput): HostileInput => ({ type: PDF, ...input });
  return [
    { name: "PDF that ends early", bytes: plain.subarray(0, 200), refused: UNREADABLE },
    {
      name: "PDF that is a page of HTML",
      bytes: text("%PDF-1.7\n<script>alert(1)</script>"),
      refused: UNREADABLE,
    },
    {
      name: "PDF whose pages are in themselves",
      bytes: documentOf([CATALOG, "<</Type/Pages/Count 1/Kids[2 0 R]>>"]),
      refused: ANY,
      mayShow: true,
    },
    {
      name: "PDF of a thousand million pages",
      bytes: documentOf([
        CATALOG,
        "<</Type/Pages/Count 1000000000/Kids[3 0 R]>>",
        page(),
        ["<</Length 0>>", text("")],
      ]),
      refused: ANY,
      mayShow: true,
    },
    {
      name: "PDF whose tables follow themselves",
      bytes: text(
        plain.toString("latin1").replace("/Root 1 0 R", `/Root 1 0 R/Prev ${plain.lastIndexOf("xref\n0")}`),
      ),
      refused: ANY,
      mayShow: true,
    },
    {
      name: "PDF with a page of 10^9 points",
      bytes: documentOf([CATALOG, TREE, page("", "0 0 1000000000 1000000000"), ["<</Length 0>>", text("")]]),
      refused: ANY,
      mayShow: true,
    },
    { name: "PDF of a million states", bytes: drawn("q ".repeat(1_000_000)), refused: ANY, mayShow: true },
    {
      name: "PDF whose drawing unpacks to 400 MB",
      bytes: documentOf([CATALOG, TREE, page(), packed(Buffer.alloc(400_000_000, "0 0 9 9 re f "))]),
      refused: ANY,
      isLong: true,
    },
    {
      name: "PDF with a picture of 900 megapixels",
      bytes: drawn(
        "200 0 0 200 0 0 cm /I Do",
        "/XObject<</I 5 0 R>>",
        packed(
          Buffer.alloc(4_000_000),
          "/Type/XObject/Subtype/Image/Width 30000/Height 30000/ColorSpace/DeviceRGB/BitsPerComponent 8",
        ),
      ),
      refused: ANY,
      mayShow: true,
    },
    {
      name: "PDF with a form that draws itself",
      bytes: drawn("/X Do", "/XObject<</X 5 0 R>>", [
        "<</Type/XObject/Subtype/Form/BBox[0 0 200 200]/Resources<</XObject<</X 5 0 R>>>>/Length 20>>",
        text("/X Do /X Do /X Do   "),
      ]),
      refused: ANY,
      mayShow: true,
    },
    {
      name: "PDF with forms of ten forms each",
      bytes: formsOf(9),
      refused: ANY,
    },
    {
      name: "PDF with a pattern of millions of tiles",
      bytes: drawn("/Pattern cs /P scn 0 0 200 200 re f", "/Pattern<</P 5 0 R>>", [
        "<</Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 1 1]/XStep 0.01/YStep 0.01/Resources<<>>/Length 20>>",
        text("1 0 0 rg 0 0 1 1 re f"),
      ]),
      refused: ANY,
      mayShow: true,
    },
    {
      name: "PDF with lines of a hundred thousand dashes",
      bytes: drawn(`[0.0001 0.0001] 0 d 0.1 w ${"0 0 m 200 200 l S ".repeat(2_000)}`),
      refused: ANY,
      mayShow: true,
    },
    {
      name: "PDF in circles of object streams",
      bytes: documentOf([
        CATALOG,
        TREE,
        page(),
        ["<</Type/ObjStm/N 1000000/First 0/Length 4 0 R>>", text("1 0 ")],
      ]),
      refused: ANY,
      mayShow: true,
    },
    {
      name: "PDF that is locked",
      bytes: text(
        plain
          .toString("latin1")
          .replace("/Root 1 0 R", "/Root 1 0 R/Encrypt<</Filter/Standard/V 1/R 2/O(x)/U(x)/P -4>>"),
      ),
      refused: UNREADABLE,
    },
    {
      name: "PDF that wants to run scripts and programs",
      bytes: pdfOf(
        [SIGN_PAGE],
        "/OpenAction<</S/JavaScript/JS(while(true){app.launchURL\\('http://127.0.0.1:9/'\\)})>>/AA<</WC<</S/Launch/F(/bin/sh)>>>>",
      ),
    },
    {
      name: "PDF of more pages than may be",
      bytes: documentOf([
        CATALOG,
        `<</Type/Pages/Count 10001/Kids[${"3 0 R ".repeat(10_001)}]>>`,
        page(),
        ["<</Length 0>>", text("")],
      ]),
      refused: TOO_LARGE,
      mayShow: true,
    },
  ].map(asPdf);
}

/** Each form draws the next one ten times. */
function formsOf(depth: number): Buffer {
  const forms = Array.from({ length: depth }, (_, level): readonly [string, Uint8Array] => {
    const draws = level === depth - 1 ? "0 0 200 200 re f " : "/X Do ".repeat(10);
    const next = `/Resources<</XObject<</X ${level + 6} 0 R>>>>`;
    return [`<</Type/XObject/Subtype/Form/BBox[0 0 200 200]${next}/Length ${draws.length}>>`, text(draws)];
  });
  return drawn("/X Do", "/XObject<</X 5 0 R>>", ...forms);
}
