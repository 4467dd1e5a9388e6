import { execFile } from "node:child_process";
import { readdir, readFile, rename } from "node:fs/promises";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { readQuery, readTransformation } from "@freshet/core";
import { DEFAULT_LIMITS, render } from "@freshet/core/resize";
import sharp from "sharp";
import { cached } from "../../test/support/wordpress/cache.ts";
import { ownCpuOf } from "../accounting.ts";
import { pixelsOf } from "../quality/pixels.ts";
import { judge, type Rgb } from "../quality/ssimulacra2.ts";
import { rotated } from "../statistics.ts";
import { scaledInLight } from "./linear-reference.ts";

const run = promisify(execFile);

/** Debian's package of photographs as cameras wrote them, 4 to 16 megapixels. */
const PACKAGE = "lomiri-wallpapers-16.04";
/** Not photographs. */
const DRAWN = /umang|analogpattern/;
const QUERIES = { plain: "w=800", linear: "w=800&linear=1" } as const;
type Name = keyof typeof QUERIES;

/** How near each way of scaling comes to a reference in linear light, and what it costs. */
export interface HighQualityFigures {
  /** Points of SSIMULACRA2, by photograph, before anything is encoded. */
  readonly points: Readonly<Record<Name, readonly number[]>>;
  /** CPU milliseconds of all photographs as WebP, round by round. */
  readonly cpuMs: Readonly<Record<Name, readonly number[]>>;
}

/** `linear=1` beside the default, 800 pixels wide. Rejects where the photographs cannot be had. */
export async function measureHighQuality(
  rounds: number,
  progress: (text: string) => void,
  most = Number.POSITIVE_INFINITY,
): Promise<HighQualityFigures> {
  const photographs = (await large(progress)).slice(0, most);
  const points: Record<Name, number[]> = { plain: [], linear: [] };
  const cpuMs: Record<Name, number[]> = { plain: [], linear: [] };
  const names = Object.keys(QUERIES) as Name[];
  for (const [at, { bytes }] of photographs.entries()) {
    progress(`high quality: judging photograph ${at + 1} of ${photographs.length}`);
    const shown = new Map<Name, Awaited<ReturnType<typeof pixelsOf>>>();
    for (const name of names) shown.set(name, await pixelsOf(await rendered(bytes, name, "png")));
    const [some] = shown.values();
    if (!some) continue;
    const pointsOf = judge(scaledInLight(await uprightOf(bytes), some));
    for (const [name, pixels] of shown) points[name].push(pointsOf(pixels));
  }
  for (let round = 0; round < rounds; round += 1) {
    progress(`high quality: round ${round + 1} of ${rounds}`);
    for (const name of rotated(names, round)) {
      const renderAll = async () => {
        for (const { bytes } of photographs) await rendered(bytes, name, "webp");
      };
      cpuMs[name].push(await ownCpuOf(renderAll));
    }
  }
  return { points, cpuMs };
}

async function rendered(bytes: Uint8Array, name: Name, format: "png" | "webp"): Promise<Uint8Array> {
  const quality = format === "webp" ? "&q=80" : "";
  const { transformation } = readTransformation(readQuery(QUERIES[name] + quality));
  const limits = { ...DEFAULT_LIMITS, timeoutMs: 600_000 };
  return (await render(bytes, transformation, { format, limits })).bytes;
}

/** Every pixel of a photograph as it is to be seen. */
async function uprightOf(bytes: Uint8Array): Promise<Rgb> {
  const opened = sharp(bytes).autoOrient().toColourspace("srgb").removeAlpha();
  const { data, info } = await opened.raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

/** Fetched and unpacked, not installed, on first use. */
async function large(progress: (text: string) => void) {
  const folder = await cached("bench-large-photographs-1", async (draft) => {
    progress(`fetching the photographs of ${PACKAGE}`);
    await run("apt-get", ["-q", "download", PACKAGE], { cwd: draft });
    const archive = (await readdir(draft)).find((each) => each.endsWith(".deb")) ?? "";
    const unpacked = join(draft, ".package");
    await run("dpkg", ["-x", archive, unpacked], { cwd: draft });
    for (const file of await readdir(unpacked, { recursive: true })) {
      if (/backgrounds\/[^/]+\.jpg$/.test(file) && !DRAWN.test(file))
        await rename(join(unpacked, file), join(draft, basename(file)));
    }
    await run("rm", ["-r", unpacked, join(draft, archive)]);
  });
  const names = (await readdir(folder)).filter((name) => name.endsWith(".jpg")).toSorted();
  return Promise.all(names.map(async (name) => ({ name, bytes: await readFile(join(folder, name)) })));
}
