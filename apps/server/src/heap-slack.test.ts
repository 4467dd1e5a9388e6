import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { growthOf } from "./heap-slack.ts";

const run = promisify(execFile);
const MB = 2 ** 20;

test.each([
  { heap: 8 * MB, percent: 300 },
  { heap: 32 * MB, percent: 200 },
  { heap: 128 * MB, percent: 50 },
  { heap: 2_048 * MB, percent: 25 },
])("a heap of $heap bytes may grow by $percent percent", ({ heap, percent }) => {
  expect(growthOf(heap)).toBe(percent);
});

test("V8 is told of it, and the process may end", { timeout: 30_000 }, async () => {
  const module = JSON.stringify(new URL("./heap-slack.ts", import.meta.url).href);
  const script = `import { keepSlack } from ${module}; keepSlack(); console.log("told");`;
  const { stdout, stderr } = await run(process.execPath, ["--input-type=module", "-e", script]);
  // Of a flag that it does not know it complains, and goes on.
  expect([stdout, stderr]).toEqual(["told\n", ""]);
});
