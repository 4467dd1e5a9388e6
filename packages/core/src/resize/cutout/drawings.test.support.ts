import sharp from "sharp";

export const [WIDTH, HEIGHT] = [360, 270];

export const drawing = (inside: string, size: readonly [number, number] = [WIDTH, HEIGHT]) =>
  Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size[0]}" height="${size[1]}"><defs><linearGradient id="g"><stop offset="0" stop-color="#e8eef4"/><stop offset="1" stop-color="#a9b6c6"/></linearGradient></defs>${inside}</svg>`,
  );
/** As cameras write it. */
export const photograph = (inside: string) =>
  sharp(drawing(inside)).flatten().jpeg({ quality: 90 }).toBuffer();

export const GROUND = '<rect width="100%" height="100%" fill="white"/>';
export const GRADIENT = '<rect width="100%" height="100%" fill="url(#g)"/>';
export const BOTTLE =
  '<path d="M150 60 h60 v40 q40 10 40 50 v80 h-140 v-80 q0 -40 40 -50 z" fill="#2f7a4f"/>';
