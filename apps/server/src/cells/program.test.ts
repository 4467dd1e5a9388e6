import { expect, test } from "vitest";
import { runProgram } from "./program.ts";

const BOUNDS = { env: { A: "b" }, mostOut: 1_000, bytes: 200e6, cpuMs: 5_000 };
/** Node itself stands for any program. */
const run = (script: string, bounds: Partial<typeof BOUNDS> = {}, input = "") =>
  runProgram(process.execPath, ["-e", script], Buffer.from(input), { ...BOUNDS, ...bounds });

test("a program gets the bytes and nothing of this environment, and what it says comes back", async () => {
  const script =
    "process.stderr.write('hm'); console.log(process.env.A + process.env.HOME + require('fs').readFileSync(0)); process.exitCode = 3";
  expect(await run(script, {}, "text")).toMatchObject({
    code: 3,
    aside: 2,
    out: Buffer.from("bundefinedtext\n"),
  });
});

test.each([
  ["takes more memory", "const all = []; for (;;) all.push(Buffer.alloc(1e6, 1))", {}],
  ["takes more time", "for (;;);", { cpuMs: 150 }],
  ["says more", "process.stdout.write('a'.repeat(5000))", {}],
  ["breaks", "process.kill(process.pid, 'SIGABRT')", {}],
])("one that %s than it may has nothing to say", async (_, script, bounds) => {
  expect(await run(script, bounds)).toBeUndefined();
});

test("one that ends before it has read everything is no harm", async () => {
  expect(await run("process.exit(0)", {}, "x".repeat(5_000_000))).toMatchObject({ code: 0 });
});

test("one that is not there says so", async () => {
  await expect(runProgram("/nowhere", [], Buffer.alloc(9), BOUNDS)).rejects.toThrow("ENOENT");
});
