import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTools } from "./tools.ts";

const ENCODERS = ` V....D libx264              libx264 H.264
 A..... aac                  AAC (Advanced Audio Coding)`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "freshet-tools-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A program that says what ffmpeg says. */
async function put(version: string, names: readonly string[] = ["ffmpeg", "ffprobe"]): Promise<string> {
  for (const name of names) {
    const path = join(folder, name);
    const script = `#!/bin/sh
case "$*" in
*-encoders*) echo "${ENCODERS}" ;;
*) echo "${name} version ${version} Copyright (c) its makers" ;;
esac
`;
    await writeFile(path, script);
    await chmod(path, 0o755);
  }
  return join(folder, "ffmpeg");
}

test.each(["5.1.9-0+deb12u1", "6.0", "n7.1", "N-117000-gabcdef"])("%s is new enough", async (version) => {
  const { encoders, ...tools } = await createTools(await put(version))();
  expect(tools.version).toBe(version);
  expect([...encoders]).toEqual(["libx264", "aac"]);
});

test.each(["4.4.2", "5.0.1"])("%s is too old, and the refusal says so", async (version) => {
  const tools = createTools(await put(version));
  await expect(tools()).rejects.toMatchObject({
    code: "VIDEO_UNSUPPORTED",
    status: 415,
    message: expect.stringContaining(version),
  });
});

test("one that is missing is named with what to install, and looked for again after a while", async () => {
  await rm(join(folder, "ffprobe"), { force: true });
  let now = 0;
  const tools = createTools(await put("6.0", ["ffmpeg"]), () => now);
  await expect(tools()).rejects.toThrow(/apt-get install ffmpeg/);
  await put("6.0");
  await expect(tools()).rejects.toThrow(/ffprobe/);
  now += 16_000;
  expect((await tools()).version).toBe("6.0");
});
