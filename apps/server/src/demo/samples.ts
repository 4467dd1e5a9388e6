import { constants, copyFile, link, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { balloon } from "./pictures/balloon.ts";
import { landscape } from "./pictures/landscape.ts";
import { logo } from "./pictures/logo.ts";
import { waves } from "./pictures/waves.ts";

/** Turns an SVG into pixels. */
export type Rasterise = (svg: Uint8Array, format: "jpeg" | "png") => Promise<Uint8Array>;

const utf8 = new TextEncoder();

const SAMPLES: readonly {
  readonly name: string;
  readonly draw: (rasterise: Rasterise) => Promise<Uint8Array>;
}[] = [
  { name: "landscape.jpg", draw: (rasterise) => rasterise(utf8.encode(landscape()), "jpeg") },
  { name: "portrait.jpg", draw: (rasterise) => rasterise(utf8.encode(balloon()), "jpeg") },
  { name: "logo.png", draw: (rasterise) => rasterise(utf8.encode(logo()), "png") },
  { name: "waves.gif", draw: async () => waves() },
];

/**
 * Puts the pictures of the built-in project into a folder, each only if there is no file of its name: a picture that
 * somebody put in its place stays. Resolves to the names that were written.
 */
export async function writeSamples(folder: string, rasterise: Rasterise): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true });
  const present = new Set(await readdir(folder));
  const missing = SAMPLES.filter(({ name }) => !present.has(name));
  // One after the other: a first start should not need the memory of all of them at once.
  for (const { name, draw } of missing) await place(folder, name, await draw(rasterise));
  return missing.map(({ name }) => name);
}

/** Writes a whole file or none, and never over another. */
async function place(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  const path = join(folder, name);
  const draft = join(folder, `.${name}.${process.pid}`);
  try {
    await writeFile(draft, bytes);
    // Some file systems have no links; a copy is not whole at once, but does not overwrite either.
    await link(draft, path).catch((error) => {
      if (codeOf(error) === "EEXIST") throw error;
      return copyFile(draft, path, constants.COPYFILE_EXCL);
    });
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
