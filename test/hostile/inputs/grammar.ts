import fc from "fast-check";
import { pdfOf } from "../../../packages/core/src/resize/develop/fixtures.test.support.ts";

/** Something that a document or a drawing is made of at random, over and over the same for the same seed. */
export interface Grammar {
  readonly pdf: fc.Arbitrary<Buffer>;
  readonly svg: fc.Arbitrary<string>;
}

const number = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -20, max: 220 }).map(String) },
  { weight: 2, arbitrary: fc.double({ min: -1, max: 1, noNaN: true }).map((each) => each.toFixed(4)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom("0", "1e9", "-2147483648", "99999999999999999999", "NaN", "--1", ""),
  },
);
const numbers = (count: number) =>
  fc.array(number, { minLength: count, maxLength: count }).map((all) => all.join(" "));

/**
 * Documents and drawings that are mostly right and here and there not, and that would run a script or fetch `address` in every way that
 * their formats have.
 */
export function grammarOf(address: string): Grammar {
  return { pdf: pdfOver(address), svg: svgOver(address) };
}

function pdfOver(address: string): fc.Arbitrary<Buffer> {
  const action = fc.constantFrom(
    `<</S/URI/URI(${address})>>`,
    `<</S/JavaScript/JS(app.launchURL\\('${address}'\\);this.submitForm\\('${address}'\\))>>`,
    `<</S/GoToR/F<</FS/URL/F(${address})>>/D[0/Fit]>>`,
    `<</S/SubmitForm/F<</FS/URL/F(${address})>>>>`,
    `<</S/ImportData/F<</FS/URL/F(${address})>>>>`,
    `<</S/Launch/F(${address})/Win<</F(cmd)>>>>`,
    `<</S/Rendition/R<</S/MR/C<</S/MCD/D<</FS/URL/F(${address})>>>>>>>>`,
  );
  const operand = fc.oneof(
    number,
    fc.constantFrom("/F", "/I", "(text)", "<48>", "[1 2]", "<<>>", "true", "null"),
  );
  const command = fc.oneof(
    { weight: 4, arbitrary: numbers(4).map((all) => `${all} re f`) },
    { weight: 3, arbitrary: numbers(3).map((all) => `${all} rg`) },
    { weight: 2, arbitrary: numbers(6).map((all) => `${all} c S`) },
    { weight: 2, arbitrary: numbers(6).map((all) => `${all} cm`) },
    { weight: 2, arbitrary: numbers(2).map((all) => `${all} m 9 9 l 40 3 l h B`) },
    { weight: 2, arbitrary: numbers(1).map((size) => `BT /F ${size} Tf 20 20 Td (Words) Tj ET`) },
    {
      weight: 1,
      arbitrary: fc.constantFrom("q", "Q", "W n", "BX", "EX", "/I Do", "sh", "BI /W 1 /H 1 ID x EI"),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(operand, operand, fc.constantFrom("gs", "d", "scn", "Tj", "ri", "'", "d1"))
        .map((all) => all.join(" ")),
    },
  );
  const annotation = fc
    .tuple(
      fc.constantFrom("Link", "Widget", "Screen", "FileAttachment", "Movie", "RichMedia"),
      numbers(4),
      action,
    )
    .map(
      ([kind, box, does]) =>
        `<</Type/Annot/Subtype/${kind}/Rect[${box}]/A ${does}/FT/Tx/T(a)/AA<</E ${does}/PO ${does}>>>>`,
    );
  const more = fc
    .tuple(
      fc.array(annotation, { maxLength: 3 }),
      fc.constantFrom("", "/Rotate 90", "/UserUnit 3", "/Rotate 33"),
      action,
    )
    .map(([all, turned, does]) => `${turned}/Annots[${all.join("")}]/AA<</O ${does}>>`);
  const page = fc.record({
    width: fc.integer({ min: 0, max: 900 }),
    height: fc.integer({ min: 1, max: 900 }),
    draws: fc.array(command, { maxLength: 12 }).map((all) => all.join("\n")),
    more,
  });
  const catalog = fc
    .tuple(action, fc.boolean())
    .map(
      ([does, hasForm]) =>
        `/OpenAction ${does}/AA<</WC ${does}>>${hasForm ? "/AcroForm<</XFA(x)/Fields[]/NeedAppearances true>>" : ""}`,
    );
  const whole = fc.tuple(fc.array(page, { minLength: 1, maxLength: 3 }), catalog).map((all) => pdfOf(...all));
  return fc.tuple(whole, damage()).map(([bytes, spoil]) => spoil(bytes));
}

/** Most are left as they are; others lose their end, or some of their bytes are others. */
function damage(): fc.Arbitrary<(bytes: Buffer) => Buffer> {
  const place = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
  return fc.oneof(
    { weight: 6, arbitrary: fc.constant((bytes: Buffer) => bytes) },
    {
      weight: 1,
      arbitrary: place.map((at) => (bytes: Buffer) => bytes.subarray(0, 9 + Math.floor(at * bytes.length))),
    },
    {
      weight: 3,
      arbitrary: fc
        .array(fc.tuple(place, fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 8 })
        .map((changes) => (bytes: Buffer) => {
          const copy = Buffer.from(bytes);
          for (const [at, value] of changes) copy.writeUInt8(value, 8 + Math.floor(at * (copy.length - 8)));
          return copy;
        }),
    },
  );
}

function svgOver(address: string): fc.Arbitrary<string> {
  const script = fc.constantFrom(
    `<script>fetch("${address}")</script>`,
    `<script href="${address}"/>`,
    `<script xmlns="http://www.w3.org/1999/xhtml" src="${address}"/>`,
    `<handler type="text/ecmascript">fetch("${address}")</handler>`,
    `<foreignObject><iframe xmlns="http://www.w3.org/1999/xhtml" src="${address}"/></foreignObject>`,
    `<a href="javascript:fetch('${address}')"><rect width="9" height="9"/></a>`,
    `<set attributeName="href" to="javascript:alert(1)"/>`,
    `<animate attributeName="xlink:href" values="${address}"/>`,
    `<image href="${address}" width="9" height="9"/>`,
    `<use xlink:href="${address}#a"/>`,
    `<feImage href="${address}"/>`,
    `<style>@import url(${address}); rect { fill: url("${address}#a") } @font-face { src: url(${address}) }</style>`,
    `<?xml-stylesheet href="${address}"?>`,
    "<![CDATA[<script>alert(1)</script>]]>",
    "<!--<script>-->",
    "&lt;script>alert(1)&lt;/script>",
    "<title>&#60;script&#62;</title>",
  );
  const attribute = fc.oneof(
    {
      weight: 3,
      arbitrary: fc
        .tuple(fc.constantFrom("x", "y", "width", "height", "r", "rx", "opacity"), number)
        .map(([name, value]) => `${name}="${value}"`),
    },
    {
      weight: 2,
      arbitrary: fc.constantFrom(
        'fill="#c33"',
        'stroke="url(#a)"',
        'transform="rotate(30)"',
        'd="M0 0L9 9z"',
        'points="1,2 3"',
        'id="a"',
      ),
    },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom("onload", "onclick", "onbegin", "ONLOAD", "on\tload")
        .map((name) => `${name}="alert(1)"`),
    },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom("fill", "filter", "mask", "style", "href", "xlink:href", "src")
        .map((name) => `${name}="url(${address})"`),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        `style="background:url(${address})"`,
        'href="java&#10;script:alert(1)"',
        `xml:base="${address}"`,
      ),
    },
  );
  const attributes = fc
    .uniqueArray(attribute, { maxLength: 4, selector: (text) => text.split("=")[0] })
    .map((all) => all.join(" "));
  const { element } = fc.letrec<{ element: string; inside: string }>((tie) => ({
    element: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc
        .tuple(fc.constantFrom("rect", "circle", "path", "polygon", "use", "text"), attributes)
        .map(([name, all]) => `<${name} ${all}/>`),
      script,
      fc
        .tuple(
          fc.constantFrom(
            "g",
            "svg",
            "defs",
            "symbol",
            "clipPath",
            "mask",
            "linearGradient",
            "switch",
            "x:g",
            "a",
          ),
          attributes,
          tie("inside"),
        )
        .map(([name, all, inside]) => `<${name} ${all}>${inside}</${name}>`),
    ),
    inside: fc.array(tie("element"), { maxLength: 4 }).map((all) => all.join("")),
  }));
  const declaration = fc.constantFrom(
    "",
    '<?xml version="1.0"?>',
    `<!DOCTYPE svg SYSTEM "${address}">`,
    `<!DOCTYPE svg [<!ENTITY e SYSTEM "${address}"><!ENTITY f "<script>alert(1)</script>">]>`,
  );
  const root =
    'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:x="urn:x" width="90" height="60"';
  return fc
    .tuple(declaration, attributes, fc.array(element, { maxLength: 6 }), fc.boolean())
    .map(([head, all, inside, isWhole]) =>
      `${head}<svg ${root} ${all.replace(/\b(width|height)="[^"]*"/g, "")}>${inside.join("")}${isWhole ? "&f;" : ""}</svg>`.replace(
        /&f;/,
        head.includes("ENTITY f") ? "&f;" : "",
      ),
    );
}
