import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runBounded } from "./bounded.ts";

const BOUNDS = { cpuMs: 10_000, bytes: 1_000_000_000 };
const node = (script: string, bounds: Parameters<typeof runBounded>[2] = BOUNDS, more = {}) =>
  runBounded(process.execPath, ["-e", script], bounds, { cwd: folder, ...more });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "freshet-bounded-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("gives what the program says, or line by line", async () => {
  expect(await node("console.log('a\\nb')")).toBe("a\nb\n");
  const lines: string[] = [];
  await node("console.log('a\\nb')", BOUNDS, { onLine: (line: string) => lines.push(line) });
  expect(lines).toEqual(["a", "b"]);
});

test("a program that fails, or is not there, says so", async () => {
  await expect(node("process.exit(3)")).rejects.toMatchObject({ code: "IMAGE_UNREADABLE" });
  await expect(runBounded("/nowhere/ffmpeg", [], BOUNDS, { cwd: folder })).rejects.toMatchObject({
    code: "ENOENT",
  });
});

test("a program that works too long is killed", async () => {
  await expect(node("for (;;);", { ...BOUNDS, cpuMs: 300 })).rejects.toMatchObject({
    code: "IMAGE_TOO_SLOW",
  });
});

test("a program that waits is killed too, by the clock", async () => {
  await expect(node("setInterval(() => {}, 1000)", { ...BOUNDS, cpuMs: 250 })).rejects.toMatchObject({
    code: "IMAGE_TOO_SLOW",
  });
});

test("a program that takes too much memory is killed", async () => {
  const script = "const all = []; for (;;) all.push(Buffer.alloc(5e6, 1));";
  await expect(node(script, { ...BOUNDS, bytes: 200_000_000 })).rejects.toMatchObject({
    code: "IMAGE_TOO_LARGE",
  });
});

test("a program that writes too much is killed", async () => {
  const path = join(folder, "out");
  const script = `const fs = require("fs"); for (;;) fs.appendFileSync(${JSON.stringify(path)}, Buffer.alloc(1e5));`;
  await expect(node(script, { ...BOUNDS, output: { path, bytes: 1_000_000 } })).rejects.toMatchObject({
    code: "IMAGE_TOO_LARGE",
  });
});

test("it is ended by a signal, with its reason", async () => {
  const stop = new AbortController();
  const running = node("for (;;);", BOUNDS, { signal: stop.signal });
  setTimeout(() => stop.abort(new Error("enough")), 100);
  await expect(running).rejects.toThrow("enough");
  await expect(node("", BOUNDS, { signal: stop.signal })).rejects.toThrow("enough");
});

test("it knows nothing of the server's environment", async () => {
  process.env.FRESHET_TEST_SECRET = "secret";
  const said = await node("console.log(JSON.stringify(process.env))");
  delete process.env.FRESHET_TEST_SECRET;
  expect(said).not.toContain("secret");
  expect(Object.keys(JSON.parse(said))).toContain("PATH");
});
