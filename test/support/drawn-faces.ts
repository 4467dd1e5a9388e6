import sharp from "sharp";

/** A head in a drawing: where its face has its middle, and how high the face is, in pixels. */
export interface Head {
  readonly x: number;
  readonly y: number;
  readonly high: number;
}

const HAIR = "#3a2618";
const DARK = "#2b1a10";
/** Height of the face in the units of the paths. */
const FACE = 204;

/** Heads drawn in code, alike enough to photographs that a finder of faces takes them for such. */
export function drawHeads(width: number, height: number, heads: readonly Head[], ground = "#9fb7c9"): Buffer {
  const stops = [
    ["0", "#eec3a0"],
    ["0.7", "#d49c77"],
    ["1", "#9a6546"],
  ] as const;
  const gradient = stops
    .map(([offset, color]) => `<stop offset="${offset}" stop-color="${color}"/>`)
    .join("");
  const defs = `<defs><radialGradient id="skin" cx="0.42" cy="0.4" r="0.75">${gradient}</radialGradient></defs>`;
  const body = heads.map(headOf).join("");
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${defs}<rect width="100%" height="100%" fill="${ground}"/>${body}</svg>`,
  );
}

/** The same as a JPEG. */
export const photographHeads = (...drawing: Parameters<typeof drawHeads>): Promise<Buffer> =>
  sharp(drawHeads(...drawing))
    .jpeg({ quality: 92 })
    .toBuffer();

function headOf({ x, y, high }: Head): string {
  const line = (d: string, color: string, width: number) =>
    `<path d="${d}" stroke="${color}" stroke-width="${width}" fill="none"/>`;
  const eye = (side: number) =>
    [
      line(`M${52 * side} -30q${-20 * side} -14 ${-38 * side} -3`, HAIR, 7),
      `<ellipse cx="${32 * side}" cy="-10" rx="15" ry="8" fill="#fff"/>`,
      `<circle cx="${32 * side}" cy="-10" r="8" fill="${DARK}"/>`,
      line(`M${48 * side} -12q${-16 * side} -12 ${-32 * side} 0`, DARK, 4),
    ].join("");
  return [
    `<g transform="translate(${x} ${y}) scale(${high / FACE})">`,
    `<path d="M-95 -20C-110 -150 110 -150 95 -20L100 120C60 150 -60 150 -100 120Z" fill="${HAIR}"/>`,
    `<path d="M-45 70h90v90h-90z" fill="#d9a47e"/>`,
    `<path d="M-150 230C-140 150 -60 140 0 150C60 140 140 150 150 230Z" fill="#456"/>`,
    `<ellipse rx="76" ry="102" fill="url(#skin)"/>`,
    `<path d="M-78 -30C-70 -110 70 -110 78 -30C50 -75 -40 -80 -78 -30Z" fill="${HAIR}"/>`,
    eye(-1),
    eye(1),
    line("M-4 -8q-10 36 -14 42q14 12 30 2", "#8f5d42", 5),
    `<path d="M-30 58q30 -12 60 0q-30 26 -60 0z" fill="#a43c3c"/>`,
    line("M-30 58q30 6 60 0", "#6a2020", 3),
    "</g>",
  ].join("");
}
