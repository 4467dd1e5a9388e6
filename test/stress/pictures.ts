import sharp from "sharp";
import type { Origin } from "../support/origin.ts";

/** Bytes of a photograph-like picture that takes a while to render. */
export async function heavyPicture(side = 3_000): Promise<Buffer> {
  const noise = { type: "gaussian" as const, mean: 128, sigma: 40 };
  const tile = await sharp({ create: { width: 500, height: 500, channels: 3, background: "#777", noise } })
    .blur(2)
    .png()
    .toBuffer();
  return sharp({ create: { width: side, height: side, channels: 3, background: "#777" } })
    .composite([{ input: tile, tile: true }])
    .jpeg({ quality: 80 })
    .toBuffer();
}

/** Puts as many originals under `/<name>-<number>.jpg`, each with bytes of its own but the same pixels. */
export function putMany(origin: Origin, name: string, count: number, picture: Buffer): void {
  for (let at = 0; at < count; at += 1) {
    const comment = Buffer.from(`${name} ${at}`);
    const segment = Buffer.from([0xff, 0xfe, 0, comment.length + 2]);
    origin.put(
      `/${name}-${at}.jpg`,
      Buffer.concat([picture.subarray(0, 2), segment, comment, picture.subarray(2)]),
    );
  }
}

/** A value of `/metrics`, summed over its labels. */
export async function metricOf(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const values = [...text.matchAll(/^(\w+)(\{[^}]*\})? ([\d.e+-]+)$/gm)].filter(
    ([, each, labels = ""]) => `${each}${labels}`.startsWith(name) && (name.includes("{") || each === name),
  );
  return values.reduce((sum, [, , , value]) => sum + Number(value), 0);
}
