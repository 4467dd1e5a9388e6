import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { rewriteCss } from "./css.ts";
import { rewriteHtml } from "./html.ts";
import type { RewriteOptions } from "./image-url.ts";
import { rewriteSrcset } from "./srcset.ts";

const options: RewriteOptions = {
  endpoint: "https://img.example.com",
  isOurs: ["site.example"],
  base: "https://site.example/blog/",
  skipClass: "raw",
};
const D = "https://img.example.com/v7/https://site.example";
const html = (text: string, more: Partial<RewriteOptions> = {}) => rewriteHtml(text, { ...options, ...more });

describe("HTML", () => {
  test.each([
    ['<img src="a.jpg">', `<img src="${D}/blog/a.jpg">`],
    ["<IMG ALT=x SRC='/a.jpg' / >", `<IMG ALT=x SRC='${D}/a.jpg' / >`],
    ["<img src=/a.jpg alt=x>", `<img src="${D}/a.jpg" alt=x>`],
    ['<img\nsrc\t=\n"//site.example/a.PNG"\n/>', `<img\nsrc\t=\n"${D}/a.PNG"\n/>`],
    ['<img src=" a.jpg#x ">', `<img src="${D}/blog/a.jpg#x">`],
    [
      '<img srcset="/a.jpg 1x, /b.jpg 2x" sizes="1vw">',
      `<img srcset="${D}/a.jpg 1x, ${D}/b.jpg 2x" sizes="1vw">`,
    ],
    [
      '<picture><source srcset="/a.webp" type="image/webp"><img src="/a.jpg"></picture>',
      `<picture><source srcset="${D}/a.webp" type="image/webp"><img src="${D}/a.jpg"></picture>`,
    ],
    ['<video poster="/p.jpg" src="/v.mp4"></video>', `<video poster="${D}/p.jpg" src="/v.mp4"></video>`],
    ['<link rel="preload" as="image" href="/a.jpg">', `<link rel="preload" as="image" href="${D}/a.jpg">`],
    [`<div style="background:url('/a.jpg')">`, `<div style="background:url(&#39;${D}/a.jpg&#39;)">`],
    ["<div style='background:url(/a.jpg)'>", `<div style='background:url(${D}/a.jpg)'>`],
    ['<noscript><img src="/a.jpg"></noscript>', `<noscript><img src="${D}/a.jpg"></noscript>`],
    ['<template><img src="/a.jpg"></template>', `<template><img src="${D}/a.jpg"></template>`],
    ['<!--> <img src="/a.jpg">', `<!--> <img src="${D}/a.jpg">`],
    ['a < b <img src="/a.jpg">', `a < b <img src="${D}/a.jpg">`],
    [
      '<img src="/a.jpg?x=1&amp;y=2">',
      '<img src="https://img.example.com/v7/https%3A%2F%2Fsite.example%2Fa.jpg%3Fx%3D1%26y%3D2?ci_url_encoded=1">',
    ],
    ['<img src="/a&#38;b&#x2C;c.jpg">', `<img src="${D}/a&amp;b,c.jpg">`],
    ['<img src="/a.jpg" src="/b.jpg">', `<img src="${D}/a.jpg" src="/b.jpg">`],
    ['<base href="/x/"><img src="a.jpg">', `<base href="/x/"><img src="${D}/x/a.jpg">`],
    [
      '<script><!--<script>"<img src=/a.jpg>"</script><img src=/b.jpg>--></script><img src=/c.jpg>',
      `<script><!--<script>"<img src=/a.jpg>"</script><img src=/b.jpg>--></script><img src="${D}/c.jpg">`,
    ],
    ['<noscript><!-- </noscript><img src="/a.jpg">', `<noscript><!-- </noscript><img src="${D}/a.jpg">`],
  ])("%s", (before, after) => {
    expect(html(before)).toBe(after);
    expect(html(after)).toBe(after);
  });

  test.each([
    '<!-- <img src="/a.jpg"> --> <!doctype html> <![CDATA[ <img src="/a.jpg" ]]>',
    "<script>\"<img src='/a.jpg'>\"</script>",
    "<style>.a{background:url(/a.jpg)}</style>",
    '<textarea><img src="/a.jpg"></textarea><title><img src="/a.jpg"></title>',
    '<img src="https://other.example/a.jpg"><img src="/a.svg"><img src="/captcha.php"><img src="/a">',
    '<img src="data:image/png;base64,AAAA"><img src="blob:https://site.example/a.jpg"><img src=""><img src>',
    '<img src="https://user:pw@site.example/a.jpg"><img src="http://[/a.jpg">',
    '<img class="big raw" src="/a.jpg"><picture class="raw"><source srcset="/a.webp"><img src="/a.jpg"></picture>',
    '<video><source src="/v.jpg"></video><a href="/a.jpg">x</a></img src="/a.jpg">',
    '<img data-src="/a.jpg" xsrc="/b.jpg">',
    '<img src="/a&eacute;.jpg"><img src="/a&#150;.jpg"><img src="/a&#38b.jpg">',
    '<img src="/a.jpg',
    '<img src="/a.jpg" alt="',
    '<script><img src="/a.jpg">',
    '<plaintext><img src="/a.jpg">',
    '</ x="><img src=/a.jpg y="',
    '<link rel="stylesheet" href="/a.jpg"><link rel=icon href=/a.png>',
  ])("stays: %s", (text) => {
    expect(html(text)).toBe(text);
  });

  test("versions and transformations come along, a decision per URL counts", () => {
    const rewritten = html('<img src="/a.jpg"><img src="/b.jpg">', {
      isOurs: (url) => url.pathname === "/a.jpg",
      versionOf: (url) => `v${url.pathname.length}`,
      transformation: { encode: { q: 80 } },
      v7: false,
    });
    expect(rewritten).toBe(
      '<img src="https://img.example.com/https://site.example/a.jpg?q=80&amp;vh=v6"><img src="/b.jpg">',
    );
  });

  test("the endpoint may live on the site's own host", () => {
    for (const endpoint of ["https://site.example", "https://site.example/img/", "//site.example", ""]) {
      const once = html('<img src="/a.jpg"><img src="/photo/b.jpg" srcset="/c.jpg?x=1 2x">', { endpoint });
      expect(once.match(/\/v7\//g)).toHaveLength(3);
      expect(html(once, { endpoint })).toBe(once);
      const without = html('<img src="/a.jpg">', { endpoint, v7: false });
      expect(html(without, { endpoint, v7: false })).toBe(without);
    }
  });

  test("what another generator wrote for the endpoint stays", () => {
    const own = { isOurs: () => true };
    for (const path of [
      "sample.li/a.jpg",
      "_alias_/a.jpg",
      "http:/h/a.jpg",
      "v7/photos/a.jpg",
      "localhost:1/a.jpg",
    ]) {
      const text = `<img src="http://img.example.com/${path}">`;
      expect(html(text, own)).toBe(text);
    }
  });

  test("no value leaves its attribute", () => {
    const hostile = `<noscript><p style="x:url(/a.jpg);y:'&lt;/noscript&gt;&quot;'"></noscript>`;
    const rewritten = html(hostile);
    expect(rewritten).toContain(D);
    expect(rewritten.match(/[<>]/g)?.join("")).toBe("<><><>");
    expect(html(`<img src='/a"&#39;><script>.jpg'>`)).not.toMatch(/<script|"'/);
  });
});

describe("srcset", () => {
  test.each([
    ["/a.jpg", `${D}/a.jpg`],
    ["  /a.jpg 480w ,\n/b.jpg   2x,", `  ${D}/a.jpg 480w ,\n${D}/b.jpg   2x,`],
    ["/a.jpg, /b.jpg 2x", `${D}/a.jpg, ${D}/b.jpg 2x`],
    ["/a,b.jpg 1x,/c.jpg 2x", `${D}/a,b.jpg 1x,${D}/c.jpg 2x`],
    ["/a.jpg (x, y) 1x, /b.jpg", `${D}/a.jpg (x, y) 1x, ${D}/b.jpg`],
    ["data:image/gif;base64,AAAA 1x, /a.jpg 2x", `data:image/gif;base64,AAAA 1x, ${D}/a.jpg 2x`],
    ["", ""],
    [" , ,", " , ,"],
  ])("%s", (before, after) => {
    expect(rewriteSrcset(before, options)).toBe(after);
    expect(rewriteSrcset(after, options)).toBe(after);
  });
});

describe("CSS", () => {
  test.each([
    ["a{background:url(/a.jpg)}", `a{background:url(${D}/a.jpg)}`],
    [
      "a{background:URL( '/a.jpg' ) , url(\"/b.png\")}",
      `a{background:URL( '${D}/a.jpg' ) , url("${D}/b.png")}`,
    ],
    ["url('/a(1).jpg')", `url('${D}/a%281%29.jpg')`],
    ["content:'url(/a.jpg)';b:url(/b.jpg)", `content:'url(/a.jpg)';b:url(${D}/b.jpg)`],
    ["/* url(/a.jpg) */url(/b.jpg)", `/* url(/a.jpg) */url(${D}/b.jpg)`],
    ["url('/a.jpg' x) url(/b.jpg)", `url('/a.jpg' x) url(${D}/b.jpg)`],
    ["url('a\nurl(/b.jpg)", `url('a\nurl(${D}/b.jpg)`],
  ])("%s", (before, after) => {
    expect(rewriteCss(before, options)).toBe(after);
    expect(rewriteCss(after, options)).toBe(after);
  });

  test.each([
    "@font-face{src:url(/a.woff2)} @import url(/a.css);",
    "my-url(/a.jpg) url2(/a.jpg) \\url(/a.jpg)",
    "url(/a\\.jpg) url(/a b.jpg) url(/a'.jpg) url()",
    "url(/a.jpg",
    "url('/a.jpg'",
    "/* url(/a.jpg)",
    "'url(/a.jpg)",
  ])("stays: %s", (text) => {
    expect(rewriteCss(text, options)).toBe(text);
  });
});

describe("any text", () => {
  const piece = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom(
      ...[
        "<img ",
        "<source ",
        "<div ",
        "src=",
        "srcset=",
        "style=",
        "class=raw ",
        '"',
        "'",
        ">",
        "/>",
        "</",
        "<!--",
        "-->",
        "<!",
      ],
      ...[
        "<script>",
        "</script>",
        "<noscript>",
        "</noscript>",
        "<picture class=raw>",
        "</picture>",
        "<base href=",
        " ",
        "\n",
        ",",
      ],
      ...[
        "/a.jpg",
        "a.png 2x",
        "https://site.example/b.webp",
        "url(",
        ")",
        "url('/c.jpg')",
        "/*",
        "*/",
        "\\",
        "&amp;",
        "&#38;",
        "&x;",
      ],
      ...["//img.example.com/v7/https://site.example/a.jpg", "?x=1", "#y", "=", "(", "é"],
    ),
  );
  const text = fc.array(piece, { maxLength: 24 }).map((pieces) => pieces.join(""));

  test("is rewritten without fault, and a second pass changes nothing", () => {
    fc.assert(
      fc.property(text, (before) => {
        for (const rewrite of [rewriteHtml, rewriteSrcset, rewriteCss]) {
          const once = rewrite(before, options);
          expect(rewrite(once, options)).toBe(once);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test("stays byte for byte where nothing is ours", () => {
    fc.assert(
      fc.property(text, (before) => {
        for (const rewrite of [rewriteHtml, rewriteSrcset, rewriteCss]) {
          expect(rewrite(before, { ...options, isOurs: [] })).toBe(before);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("hostile text", () => {
  const SIZE = 200_000;
  // Quadratic reading of these takes minutes and runs into the runner's limit; linear reading takes milliseconds.
  test.each([
    ["unclosed comments", "<!--"],
    ["unclosed abrupt comments", "<!-"],
    ["unclosed tags", "<a "],
    ["unclosed quotes", "<a x='"],
    ["attributes", "<a x=1 x"],
    ["scripts in scripts", "<script><!--<script>"],
    ["unclosed noscripts", "<noscript>"],
    ["closed noscripts", "<noscript></noscript>"],
    ["unclosed titles", "<title><"],
    ["commas", ","],
    ["parentheses", "(,"],
    ["CSS comments", "/*"],
    ["CSS URLs", "url("],
    ["quoted CSS URLs", "url('"],
    ["spaces in CSS URLs", "url( "],
    ["entities", "&#1"],
    ["spaces", " "],
    ["slashes", "/"],
    ["dots", "/../"],
  ])("%s are read in linear time", (_, unit) => {
    const long = unit.repeat(Math.ceil(SIZE / unit.length));
    for (const shape of [
      long,
      `<img src="${long}">`,
      `<img srcset='${long}'>`,
      `<p style="${long}">`,
      `<p style="url(${long}`,
    ]) {
      expect(rewriteHtml(shape, { ...options, isOurs: [] })).toBe(shape);
    }
    expect(rewriteSrcset(long, { ...options, isOurs: [] })).toBe(long);
    expect(rewriteCss(long, { ...options, isOurs: [] })).toBe(long);
  });
});
