import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import sharp from "sharp";
import { cached } from "../../test/support/wordpress/cache.ts";

const run = promisify(execFile);

/** Debian packages with photographs; of each, what the names of the files have in common. */
const PACKAGES: readonly { readonly name: string; readonly files: RegExp; readonly unseen?: true }[] = [
  { name: "lomiri-wallpapers-16.04", files: /backgrounds\/(?!umang)[^/]+\.jpg$/ },
  { name: "lomiri-wallpapers-20.04", files: /\/(Infinite-Sea|Kleiber)[^/]+\.jpg$/ },
  { name: "mate-backgrounds", files: /\/(nature\/(?!Green)[^/]+|abstract\/Elephants_5640x3172)\.jpg$/ },
  {
    name: "plasma-workspace-wallpapers",
    files: /\/(BytheWater|ColorfulCups|EveningGlow|FallenLeaf|Grey)\/contents\/images\/2560x1600\.jpg$/,
  },
  {
    name: "python3-skimage",
    files:
      /\/data\/(astronaut|brick|camera|chelsea|coffee|coins|grass|gravel|hubble_deep_field|ihc|motorcycle_left|retina|rocket)\.(png|jpg)$/,
    unseen: true,
  },
];

/** No side is longer: decoding is not what is measured with them. */
const LONGEST = 1600;
/** Raised whenever the list or what is kept of it changes. */
const REVISION = 1;

export interface Photograph {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** The curves of `@freshet/core/resize` were not fitted to it. */
  readonly unseen: boolean;
}

/**
 * Photographs out of Debian's packages, which are fetched and unpacked, not installed, on first use; without loss and at
 * most 1600 pixels a side in the ignored cache. Rejects where they cannot be had.
 */
export async function photographs(progress: (text: string) => void): Promise<readonly Photograph[]> {
  const folder = await cached(`bench-photographs-${REVISION}`, async (draft) => {
    for (const { name, files, unseen } of PACKAGES) {
      progress(`fetching the photographs of ${name}`);
      const unpacked = join(draft, ".package");
      await run("apt-get", ["-q", "download", name], { cwd: draft });
      const archive = (await readdir(draft)).find((each) => each.endsWith(".deb")) ?? "";
      await run("dpkg", ["-x", archive, unpacked], { cwd: draft });
      for (const file of await readdir(unpacked, { recursive: true })) {
        if (files.test(`/${file}`)) await keep(join(unpacked, file), join(draft, nameOf(file, unseen)));
      }
      await run("rm", ["-r", unpacked, join(draft, archive)]);
    }
  });
  const names = (await readdir(folder)).filter((name) => name.endsWith(".png")).toSorted();
  return Promise.all(
    names.map(async (name) => ({
      name,
      bytes: await readFile(join(folder, name)),
      unseen: name.startsWith("unseen-"),
    })),
  );
}

const nameOf = (file: string, unseen = false) => {
  const place = file.includes("/contents/") ? file.replace(/\/contents\/.*/, "") : file;
  return `${unseen ? "unseen" : "fitted"}-${basename(place).replace(/\.\w+$/, "")}.png`;
};

async function keep(from: string, to: string): Promise<void> {
  await sharp(from)
    .autoOrient()
    .resize({ width: LONGEST, height: LONGEST, fit: "inside", withoutEnlargement: true })
    .toColourspace("srgb")
    .flatten({ background: "#fff" })
    .png({ compressionLevel: 2 })
    .toFile(to);
}
