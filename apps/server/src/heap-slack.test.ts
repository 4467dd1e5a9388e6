import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { growthOf } from "./heap-slack.ts";

const run = promisify(execFile);
const MB = 2 ** 20;

test.each([
  { heap: 1 * MB, percent: 300 },
  { heap: 8 * MB, percent: 75 },
  { heap: 24 * MB, percent: 25 },
  { heap: 60 * MB, percent: 15 },
  { heap: 2_048 * MB, percent: 15 },
])("a heap of $heap bytes may grow by $percent percent", ({ heap, percent }) => {
  expect(growthOf(heap)).toBe(percent);
});

test("the young generation stays within its bytes, whatever survives", { timeout: 60_000 }, async () => {
  const module = JSON.stringify(new URL("./heap-slack.ts", import.meta.url).href);
  const script = `
    import { getHeapSpaceStatistics } from "node:v8";
    import { setTimeout } from "node:timers/promises";
    import { keepSlack, YOUNG_BYTES } from ${module};
    const young = () => getHeapSpaceStatistics().find((each) => each.space_name === "new_space").space_size;
    if (process.argv[1] === "bounded") keepSlack();
    // A few megabytes between two looks, as a server allocates them; some of it lives for a while.
    let kept = [];
    for (let turn = 0; turn < 250; turn += 1) {
      kept.push(Array.from({ length: 12_000 }, (_, at) => ({ at, turn })));
      if (kept.length > 60) kept = kept.slice(30);
      await setTimeout(20);
    }
    console.log(young() / YOUNG_BYTES);`;
  const grown = async (how: string) =>
    Number((await run(process.execPath, ["--input-type=module", "-e", script, how])).stdout);
  const [bounded, free] = await Promise.all([grown("bounded"), grown("free")]);
  expect(bounded).toBeLessThanOrEqual(2);
  expect(free).toBeGreaterThan(2);
});

test("V8 is told of it, and the process may end", { timeout: 30_000 }, async () => {
  const module = JSON.stringify(new URL("./heap-slack.ts", import.meta.url).href);
  const script = `import { keepSlack } from ${module}; keepSlack(); console.log("told");`;
  const { stdout, stderr } = await run(process.execPath, ["--input-type=module", "-e", script]);
  // Of a flag that it does not know it complains, and goes on.
  expect([stdout, stderr]).toEqual(["told\n", ""]);
});
