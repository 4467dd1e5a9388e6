import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { balloon } from "../../apps/server/dist/demo/pictures/balloon.js";
import { landscape } from "../../apps/server/dist/demo/pictures/landscape.js";
import { logo } from "../../apps/server/dist/demo/pictures/logo.js";

/** Pictures drawn in code, as files of a new folder; answers the folder. */
export async function drawPictures(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const draw = (svg: string, width: number) => sharp(Buffer.from(svg)).resize(width);
  await writeFile(join(folder, "lake.jpg"), await draw(landscape(), 2000).jpeg({ quality: 88 }).toBuffer());
  await writeFile(join(folder, "balloon.jpg"), await draw(balloon(), 1200).jpeg({ quality: 88 }).toBuffer());
  await writeFile(join(folder, "logo.png"), await draw(logo(), 600).png().toBuffer());
  return folder;
}
