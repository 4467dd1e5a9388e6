import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const run = promisify(execFile);

/** Each thread's name and niceness, by Linux. */
const SCRIPT = `
import { readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { letPixelsGiveWay } from ${JSON.stringify(new URL("./pixel-threads.ts", import.meta.url).href)};
import sharp from "sharp";
await readFile("/proc/self/stat");
letPixelsGiveWay();
// What begins later is started by those.
const work = sharp({ create: { width: 3000, height: 3000, channels: 3, background: "red" } }).resize(2000).blur(20).png().toBuffer();
await new Promise((done) => setTimeout(done, 30));
const threads = readdirSync("/proc/self/task").map((id) => {
  const stat = readFileSync("/proc/self/task/" + id + "/stat", "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { name: stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")")), nice: Number(fields[16]), isMain: Number(id) === process.pid };
});
await work;
console.log(JSON.stringify(threads));
`;

test.skipIf(process.platform !== "linux")(
  "threads that render are nice to the one that answers, also those that begin later",
  { timeout: 30_000 },
  async () => {
    const { stdout } = await run(process.execPath, ["--input-type=module", "-e", SCRIPT], {
      cwd: import.meta.dirname,
    });
    const threads: { name: string; nice: number; isMain: boolean }[] = JSON.parse(stdout);
    const main = threads.find(({ isMain }) => isMain)?.nice ?? Number.NaN;
    const nicenessOf = (name: string) => [
      ...new Set(threads.filter((each) => each.name === name).map(({ nice }) => nice - main)),
    ];
    expect(nicenessOf("libuv-worker")).toEqual([5]);
    expect(nicenessOf("libvips worker")).toEqual([5]);
  },
);
