import { mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { LogFile, type LogFileParts } from "./log-file.ts";

let folder: string;
let path: string;
let file: LogFile | undefined;
const failures: unknown[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "freshet-log-"));
  path = join(folder, "access.log");
  failures.length = 0;
});
afterEach(async () => {
  await file?.close();
  file = undefined;
  await rm(folder, { recursive: true });
});

async function open(more: Partial<LogFileParts> = {}): Promise<LogFile> {
  file = await LogFile.open({
    ...{ to: path, bufferBytes: 65_536, tickMs: 20, failed: (error) => failures.push(error) },
    ...more,
  });
  return file;
}

async function close(): Promise<void> {
  await file?.close();
  file = undefined;
}

const written = (of = path) => readFile(of, "utf8");

test("lines are appended to what is there, without anybody closing the file", async () => {
  await writeFile(path, "before\n");
  const log = await open();
  log.add("one ", "1\n");
  log.add("two ", "2\n");
  await expect.poll(() => written()).toBe("before\none 1\ntwo 2\n");
  expect([log.written, log.dropped]).toEqual([2, 0]);
});

test("closing writes what waits", async () => {
  const log = await open({ tickMs: 1e6, bufferBytes: 1e6 });
  for (let at = 0; at < 10_000; at += 1) log.add("line ", `${at}\n`);
  await close();
  expect((await written()).split("\n").length).toBe(10_001);
  log.add("late", "\n");
  expect([log.written, log.dropped]).toEqual([10_000, 1]);
});

test("a file that was renamed or removed is made anew", async () => {
  const log = await open();
  log.add("first", "\n");
  await expect.poll(() => written()).toBe("first\n");
  await rename(path, `${path}.1`);
  await expect.poll(() => readdir(folder)).toContain("access.log");
  log.add("second", "\n");
  await expect.poll(() => written()).toBe("second\n");
  expect(await written(`${path}.1`)).toBe("first\n");
  await rm(path);
  await expect.poll(() => readdir(folder)).toContain("access.log");
});

test("a file that was renamed is opened anew at once when somebody says so", async () => {
  const log = await open({ tickMs: 1e6 });
  log.add("first", "\n");
  await rename(path, `${path}.1`);
  log.reopen();
  await expect.poll(() => readdir(folder)).toContain("access.log");
  log.add("second", "\n");
  log.reopen();
  await expect.poll(() => written()).toContain("second\n");
});

test("a file that was emptied goes on at its beginning", async () => {
  const log = await open();
  log.add("first", "\n");
  await expect.poll(() => written()).toBe("first\n");
  await writeFile(path, "");
  log.add("second", "\n");
  await expect.poll(() => written()).toBe("second\n");
});

test("while the disk stands still memory is bounded, whole lines are dropped and counted, and nobody waits", async () => {
  const disk = Promise.withResolvers<void>();
  let bytes = "";
  const log = await open({
    async write(_descriptor, chunk) {
      await disk.promise;
      bytes += Buffer.from(chunk).toString();
      return chunk.length;
    },
  });
  for (let at = 0; at < 10_000; at += 1) log.add("line ", `${String(at).padStart(20, "0")}\n`);
  expect(log.dropped).toBeGreaterThan(7_000);
  disk.resolve();
  await close();
  expect(log.written + log.dropped).toBe(10_000);
  expect(bytes.length).toBeLessThanOrEqual(65_536);
  expect(bytes.match(/^line \d{20}\n/gm)?.length).toBe(log.written);
});

test("a disk that takes a little at a time gets every byte in order", async () => {
  let bytes = "";
  const log = await open({
    async write(_descriptor, chunk) {
      bytes += Buffer.from(chunk.subarray(0, 7)).toString();
      return Math.min(7, chunk.length);
    },
  });
  const all = Array.from({ length: 100 }, (_, at) => `line ${at}\n`);
  for (const line of all) log.add(line, "");
  await close();
  expect(bytes).toBe(all.join(""));
});

test("what a full disk did not take is counted, told of once, and never runs into the next line", async () => {
  let bytes = "";
  let isFull = true;
  const log = await open({
    tickMs: 5,
    async write(_descriptor, chunk) {
      if (bytes.length === 10 && isFull) throw Object.assign(new Error("full"), { code: "ENOSPC" });
      const some = isFull ? chunk.subarray(0, 10) : chunk;
      bytes += Buffer.from(some).toString();
      return some.length;
    },
  });
  log.add("line 1\n", "");
  log.add("line 2\n", "");
  await expect.poll(() => log.dropped).toBe(1);
  log.add("line 3\n", "");
  await expect.poll(() => log.dropped).toBe(2);
  isFull = false;
  log.add("line 4\n", "");
  await expect.poll(() => log.written).toBe(2);
  expect(bytes).toBe("line 1\nlin\nline 4\n");
  expect(failures.length).toBe(1);
});

test("a pipe that is full is tried again", async () => {
  let tries = 0;
  let bytes = "";
  const log = await open({
    async write(_descriptor, chunk) {
      tries += 1;
      if (tries < 4) throw Object.assign(new Error("full"), { code: "EAGAIN" });
      bytes += Buffer.from(chunk).toString();
      return chunk.length;
    },
  });
  log.add("line", "\n");
  await expect.poll(() => bytes).toBe("line\n");
  expect([log.dropped, failures.length]).toEqual([0, 0]);
});

test("a file that cannot be opened is an error at the start; later the old one is written on", async () => {
  await expect(open({ to: folder })).rejects.toMatchObject({ code: "EISDIR" });
  const log = await open({ to: join(folder, "access.log") });
  await rename(folder, `${folder}-moved`);
  log.add("on", "\n");
  await expect.poll(() => written(join(`${folder}-moved`, "access.log"))).toBe("on\n");
  expect(failures.length).toBe(1);
  await rename(`${folder}-moved`, folder);
});
