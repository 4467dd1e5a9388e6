import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { balloon } from "../../apps/server/dist/demo/pictures/balloon.js";
import { landscape } from "../../apps/server/dist/demo/pictures/landscape.js";
import { logo } from "../../apps/server/dist/demo/pictures/logo.js";
import { waves } from "../../apps/server/dist/demo/pictures/waves.js";
import { pdfOf } from "../../packages/core/src/resize/develop/fixtures.test.support.ts";
import { photographHeads } from "../../test/support/drawn-faces.ts";
import { cached } from "../../test/support/wordpress/cache.ts";

export type OriginalName =
  | "landscape"
  | "portrait"
  | "logo"
  | "waves"
  | "card"
  | "chart"
  | "guide"
  | "couple"
  | "booklet";

/** Raised whenever one of the pictures changes. */
const REVISION = 3;

/** Pictures drawn in code, kept in the ignored cache: what the examples of the reference are made of. */
export async function makeOriginals(): Promise<Readonly<Record<OriginalName, Uint8Array>>> {
  const folder = await cached(`contact-originals-${REVISION}`, async (draft) => {
    const lake = await sharp(Buffer.from(landscape())).jpeg({ quality: 92 }).toBuffer();
    const files: Readonly<Record<OriginalName, Uint8Array>> = {
      landscape: lake,
      portrait: await sharp(Buffer.from(balloon())).jpeg({ quality: 92 }).toBuffer(),
      logo: await sharp(Buffer.from(logo())).png().toBuffer(),
      waves: waves(),
      card: await card(lake),
      chart: await sharp(Buffer.from(chart())).png().toBuffer(),
      guide: await photographHeads(900, 600, [{ x: 600, y: 280, high: 200 }]),
      couple: await photographHeads(900, 600, [
        { x: 250, y: 280, high: 160 },
        { x: 620, y: 300, high: 160 },
      ]),
      booklet: booklet(),
    };
    for (const [name, bytes] of Object.entries(files)) await writeFile(join(draft, name), bytes);
  });
  const read = (name: OriginalName) => readFile(join(folder, name));
  return {
    landscape: await read("landscape"),
    portrait: await read("portrait"),
    logo: await read("logo"),
    waves: await read("waves"),
    card: await read("card"),
    chart: await read("chart"),
    guide: await read("guide"),
    couple: await read("couple"),
    booklet: await read("booklet"),
  };
}

/** A PDF of two pages, 300 by 200 and 200 by 300 points. */
const booklet = () =>
  pdfOf([
    {
      width: 300,
      height: 200,
      draws: "0.1 0.3 0.5 rg 0 0 300 60 re f 0 g BT /F 44 Tf 24 100 Td (Page one) Tj ET",
    },
    {
      width: 200,
      height: 300,
      draws: "1 0.5 0 rg 0 0 200 90 re f 0 g BT /F 36 Tf 20 180 Td (Page two) Tj ET",
    },
  ]);

/** A picture of 900 × 600 in a plain border: 300 at the left and right, 200 above and below. */
async function card(lake: Uint8Array): Promise<Uint8Array> {
  const inner = await sharp(lake).resize(900, 600).png().toBuffer();
  return sharp({ create: { width: 1500, height: 1000, channels: 3, background: "#f2efe6" } })
    .composite([{ input: inner, left: 300, top: 200 }])
    .png({ compressionLevel: 1 })
    .toBuffer();
}

/** Patches of known colours, a grey wedge, and a hue circle laid out flat that fades to transparency. */
function chart(): string {
  const patches = [
    "#f00",
    "#0f0",
    "#00f",
    "#0ff",
    "#f0f",
    "#ff0",
    "#c86432",
    "#6496c8",
    "#d2a078",
    "#604838",
    "#808080",
    "#fff",
  ];
  const cells = patches.map(
    (color, at) =>
      `<rect x="${(at % 6) * 100}" y="${Math.floor(at / 6) * 100}" width="100" height="100" fill="${color}"/>`,
  );
  const hues = Array.from(
    { length: 7 },
    (_, at) => `<stop offset="${at / 6}" stop-color="hsl(${at * 60} 80% 50%)"/>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="600" height="400"><defs><linearGradient id="wedge"><stop stop-color="#000"/><stop offset="1" stop-color="#fff"/></linearGradient><linearGradient id="hues">${hues.join("")}</linearGradient><linearGradient id="fade" x2="0" y2="1"><stop stop-color="#fff"/><stop offset="1" stop-color="#000"/></linearGradient><mask id="clear"><rect y="300" width="600" height="100" fill="url(#fade)"/></mask></defs>${cells.join("")}<rect y="200" width="600" height="100" fill="url(#wedge)"/><rect y="300" width="600" height="100" fill="url(#hues)" mask="url(#clear)"/></svg>`;
}
