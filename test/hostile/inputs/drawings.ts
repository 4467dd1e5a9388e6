import { deflateSync } from "node:zlib";
import { blackPng, text } from "./containers.ts";
import { ANY, type HostileInput, UNREADABLE } from "./input.ts";

const NS = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"';
const svg = (inside: string, size = 'width="2000" height="2000"') =>
  text(`<svg ${NS} ${size}>${inside}</svg>`);
const AS_PNG = "?force_format=png";
const RECT = '<rect width="2000" height="2000" fill="#c33"';

/** Each level uses the one below it ten times. */
const laughs = (levels: number) =>
  Array.from({ length: levels }, (_, level) =>
    level === 0 ? "" : `<!ENTITY l${level} "${`&l${level - 1};`.repeat(10)}">`,
  ).join("");
const uses = (levels: number, times: number) =>
  Array.from({ length: levels }, (_, level) => {
    const inside = level === 0 ? '<circle r="3"/>' : `<use href="#u${level - 1}"/>`.repeat(times);
    return `<g id="u${level}">${inside}</g>`;
  }).join("");
const chain = (name: string, levels: number, of: (below: string) => string) =>
  Array.from(
    { length: levels },
    (_, level) => `<${name} id="c${level}">${of(`c${level - 1}`)}</${name}>`,
  ).join("");
const points = (count: number) =>
  Array.from({ length: count }, (_, at) => `${(at * 7919) % 2000} ${(at * 104_729) % 2000}`);

/** Drawings: markup that grows, runs in circles, or asks for more work than anybody has. */
export function hostileDrawings(): readonly HostileInput[] {
  const filter = (inside: string) =>
    svg(`<filter id="f" x="0" y="0" width="1" height="1">${inside}</filter>${RECT} filter="url(#f)"/>`);
  const inputs: HostileInput[] = [
    {
      name: "a billion laughs",
      bytes: text(
        `<!DOCTYPE svg [<!ENTITY l0 "ha">${laughs(10)}]><svg ${NS} width="9" height="9"><text>&l9;</text></svg>`,
      ),
      refused: ANY,
    },
    {
      name: "one long entity many times",
      bytes: text(
        `<!DOCTYPE svg [<!ENTITY a "${"x".repeat(100_000)}">]><svg ${NS} width="9" height="9"><text>${"&a;".repeat(50_000)}</text></svg>`,
      ),
      refused: ANY,
    },
    {
      name: "an entity that is a file",
      bytes: text(
        `<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]><svg ${NS} width="9" height="9"><text>&a;</text></svg>`,
      ),
      query: AS_PNG,
      refused: ANY,
      mayShow: true,
    },
    {
      name: "what uses what uses what",
      bytes: svg(`<defs>${uses(14, 10)}</defs><use href="#u13"/>`),
      query: AS_PNG,
      refused: ANY,
    },
    {
      name: "what uses itself",
      bytes: svg('<g id="a"><use href="#a"/><use href="#a"/></g>'),
      query: AS_PNG,
      refused: ANY,
      mayShow: true,
    },
    {
      name: "a hundred thousand groups in each other",
      bytes: svg("<g>".repeat(100_000) + "</g>".repeat(100_000)),
      query: AS_PNG,
      refused: ANY,
    },
    { name: "a drawing of more than a megabyte", bytes: svg(RECT.concat("/>").repeat(30_000)), refused: ANY },
    {
      name: "a viewBox of a billion",
      bytes: svg(`${RECT}/>`, 'width="1000000000" height="1000000000"'),
      query: AS_PNG,
      refused: ANY,
      mayShow: true,
    },
    {
      name: "a drawing that nobody closes",
      bytes: text(`<svg ${NS} width="9" height="9"><rect`),
      refused: UNREADABLE,
    },
    { name: "a drawing of no size", bytes: svg("", 'width="0" height="0"'), query: AS_PNG, refused: ANY },
    {
      name: "noise of two thousand octaves",
      bytes: filter('<feTurbulence baseFrequency=".05" numOctaves="2000"/>'),
      query: AS_PNG,
      refused: ANY,
    },
    {
      name: "a hundred noises over each other",
      isLong: true,
      bytes: filter('<feTurbulence baseFrequency=".9" numOctaves="9" type="turbulence"/>'.repeat(100)),
      query: AS_PNG,
      refused: ANY,
    },
    {
      name: "light on two hundred surfaces",
      bytes: filter(
        Array.from(
          { length: 200 },
          (_, at) =>
            `<feGaussianBlur stdDeviation="50" result="b${at}"/><feDiffuseLighting surfaceScale="9"><fePointLight x="1" y="1" z="1"/></feDiffuseLighting>`,
        ).join(""),
      ),
      query: AS_PNG,
      refused: ANY,
    },
    {
      name: "a matrix of a hundred by a hundred",
      isLong: true,
      bytes: filter(`<feConvolveMatrix order="100" kernelMatrix="${"1 ".repeat(10_000)}"/>`.repeat(20)),
      query: AS_PNG,
      refused: ANY,
      mayShow: true,
    },
    {
      name: "growth by a thousand",
      isLong: true,
      bytes: filter('<feMorphology operator="dilate" radius="900"/>'.repeat(30)),
      query: AS_PNG,
      refused: ANY,
    },
    {
      name: "filters on a hundred megapixels",
      isLong: true,
      bytes: svg(
        `<filter id="f"><feGaussianBlur stdDeviation="900"/></filter>${'<rect width="9900" height="9900" filter="url(#f)"/>'.repeat(50)}`,
        'width="9900" height="9900"',
      ),
      query: AS_PNG,
      refused: ANY,
    },
    {
      name: "dashes of a thousandth",
      bytes: svg(
        `<path d="M0 0L${points(20_000).join("L")}" fill="none" stroke="#000" stroke-width="9" stroke-dasharray=".001"/>`,
      ),
      query: AS_PNG,
      refused: ANY,
    },
    {
      name: "a path of a hundred thousand strokes",
      isLong: true,
      bytes: svg(
        Array.from(
          { length: 4 },
          () =>
            `<path d="M0 0L${points(20_000).join("L")}" stroke="#000" stroke-width="40" stroke-linejoin="round"/>`,
        ).join(""),
      ),
      query: AS_PNG,
      refused: ANY,
    },
    {
      name: "masks in masks in masks",
      isLong: true,
      bytes: svg(
        chain("mask", 60, (below) => `${RECT} mask="url(#${below})"/>`.repeat(2)) +
          `${RECT} mask="url(#c59)"/>`,
      ),
      query: AS_PNG,
      refused: ANY,
    },
    {
      name: "patterns of patterns",
      bytes: svg(
        `${chain("pattern", 40, (below) => `${RECT} fill="url(#${below})"/>`.repeat(3)).replaceAll(
          "<pattern",
          '<pattern width="1" height="1" patternUnits="userSpaceOnUse"',
        )}${RECT} fill="url(#c39)"/>`,
      ),
      query: AS_PNG,
      refused: ANY,
    },
    {
      name: "a marker on every point of a mountain range",
      bytes: svg(
        `<marker id="m" markerWidth="900" markerHeight="900"><circle r="400" fill-opacity=".1"/></marker><path d="M0 0L${points(40_000).join("L")}" marker-mid="url(#m)" marker-end="url(#m)"/>`,
      ),
      query: AS_PNG,
      refused: ANY,
    },
    {
      name: "a drawing with a packed picture of 400 megapixels",
      bytes: svg(
        `<image width="2000" height="2000" href="data:image/png;base64,${blackPng({ width: 20_000, height: 20_000, depth: 1, kind: 0 }).toString("base64")}"/>`,
      ),
      query: AS_PNG,
      refused: ANY,
      mayShow: true,
    },
    {
      name: "a drawing with a style of two hundred thousand rules",
      bytes: svg(`<style>${"a{b:c}".repeat(150_000)}</style>${RECT}/>`),
      query: AS_PNG,
    },
    {
      name: "scripts and addresses",
      bytes: svg(
        `<script>alert(1)</script><image href="http://127.0.0.1:1/x.png" width="9" height="9"/><foreignObject><b>x</b></foreignObject>${RECT} onload="alert(1)"/>`,
      ),
    },
    {
      name: "a drawing that was packed",
      bytes: deflateSync(svg(`${RECT}/>`)),
      type: "image/svg+xml",
      refused: UNREADABLE,
    },
  ];
  return inputs.map((input) => ({ type: "image/svg+xml", query: "", ...input }));
}
