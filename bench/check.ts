import sharp from "sharp";
import { type Task, WEBP } from "./misses/task.ts";

/** Fetches a rendition and throws unless it has the status, the type and the exact width that were asked for; gives its bytes. */
export async function fetchRendition(
  url: string,
  { format, width }: Pick<Task, "format" | "width"> = WEBP,
  accept = "image/avif,image/webp,*/*",
): Promise<Buffer> {
  const answer = await fetch(url, { headers: { accept } });
  const bytes = Buffer.from(await answer.arrayBuffer());
  const type = answer.headers.get("content-type");
  if (answer.status !== 200 || type !== `image/${format}`) {
    const words = bytes.subarray(0, 200).toString("latin1");
    throw new Error(`${url} was answered ${answer.status} ${type}, nothing to compare: ${words}`);
  }
  const given = await sharp(bytes).metadata();
  if (given.width !== width) throw new Error(`${url} is ${given.width} pixels wide instead of ${width}.`);
  return bytes;
}
