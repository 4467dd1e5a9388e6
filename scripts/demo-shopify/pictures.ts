import sharp from "sharp";
import { landscape } from "../../apps/server/dist/demo/pictures/landscape.js";

/** Colours of the goods, in the order in which pictures follow each other. */
const COLOURS = ["#b3402e", "#2d5fa8", "#2f8a57", "#7a4a9e"];

const GOODS = {
  hat: (colour: string) => `<circle cx="300" cy="138" r="46" fill="${colour}"/>
<path d="M140 400c0-180 60-250 160-250s160 70 160 250z" fill="${colour}"/>
<path d="M230 390c-6-110 20-190 70-236M370 390c6-110-20-190-70-236" stroke="#0003" stroke-width="8" fill="none"/>
<rect x="118" y="380" width="364" height="84" rx="38" fill="${colour}"/><rect x="118" y="380" width="364" height="84" rx="38" fill="#fff3"/>`,
  mug: (
    colour: string,
  ) => `<path d="M420 240h30a75 75 0 0 1 0 150h-30" stroke="${colour}" stroke-width="34" fill="none"/>
<path d="M160 180h270v220a70 70 0 0 1-70 70H230a70 70 0 0 1-70-70z" fill="${colour}"/><ellipse cx="295" cy="182" rx="135" ry="26" fill="#3a2a20"/>
<path d="M196 240v150" stroke="#fff5" stroke-width="18" stroke-linecap="round"/>`,
  lamp: (
    colour: string,
  ) => `<path d="M300 330v130" stroke="#444" stroke-width="16"/><ellipse cx="300" cy="470" rx="90" ry="18" fill="#444"/>
<path d="M220 140h160l70 200H150z" fill="${colour}"/><path d="M170 342h260l60 128H110z" fill="#ffe9a055"/>`,
};
export type Good = keyof typeof GOODS;

/** The pictures of one thing, each another than the one before; after the last the first comes again. */
export interface Pictures {
  readonly all: readonly [Buffer, ...Buffer[]];
  readonly width: number;
  readonly height: number;
}

/** A thing to be sold, in every colour; its first is the `first`. */
export async function drawGood(good: Good, first = 0): Promise<Pictures> {
  const draw = (_: string, place: number) => {
    const colour = COLOURS[(place + first) % COLOURS.length] ?? "";
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 600"><rect width="600" height="600" fill="#f1ece4"/>
<ellipse cx="300" cy="478" rx="210" ry="26" fill="#0001"/>${GOODS[good](colour)}</svg>`;
    return sharp(Buffer.from(svg)).resize(1200).jpeg({ quality: 88 }).toBuffer();
  };
  return { all: await atLeastOne(COLOURS.map(draw)), width: 1200, height: 1200 };
}

/** A lake at several times of the day and of the year. */
export async function drawLake(): Promise<Pictures> {
  const [width, height] = [1800, 1200];
  const lake = await sharp(Buffer.from(landscape())).resize(width, height).png().toBuffer();
  const moods = [
    sharp(lake),
    sharp(lake).modulate({ hue: 150 }),
    sharp(lake).greyscale().tint("#9fb6d0"),
    sharp(lake).modulate({ hue: 270 }),
  ];
  return { all: await atLeastOne(moods.map((each) => each.jpeg({ quality: 88 }).toBuffer())), width, height };
}

async function atLeastOne(work: readonly Promise<Buffer>[]): Promise<Pictures["all"]> {
  const [first, ...more] = await Promise.all(work);
  if (first === undefined) throw new Error("There is no picture.");
  return [first, ...more];
}
