import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type AccessLog, createSampling, HitLine, openAccessLog } from "./access-log.ts";
import { readAccessLog } from "./config.ts";

let folder: string;
const places = () => ({ cwd: "/work", folder });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "freshet-log-"));
});
afterEach(() => rm(folder, { recursive: true }));

const LINE = { method: "GET", host: "h", path: "/a", status: 200, bytes: 3, from: "disk", duration: 1.25 };

async function linesOf(config: object, tell: (log: AccessLog) => void): Promise<readonly unknown[]> {
  const policy = readAccessLog({ to: "access.log", ...config }, undefined, places());
  if (!policy) throw new Error("There is a section.");
  const log = await openAccessLog(policy, () => {});
  tell(log);
  await log.close();
  const text = await readFile(join(folder, "access.log"), "utf8");
  return text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line)]));
}

test("each answer is a line with its time; hits of one answer differ in time and number", async () => {
  const hit = new HitLine({ ...LINE, from: "memory", duration: 0 });
  const lines = await linesOf({}, (log) => {
    log.answered({ ...LINE, stamp: 4 }, "192.0.2.1", 1_000);
    log.hit(hit, 4, "192.0.2.1", 1_000);
    log.hit(hit, 5, "192.0.2.1", 1_001);
  });
  const memory = { ...LINE, from: "memory", duration: 0 };
  expect(lines).toEqual([
    { time: "1970-01-01T00:00:01.000Z", ...LINE, stamp: 4, duration: 1.3 },
    { time: "1970-01-01T00:00:01.000Z", ...memory, stamp: 4 },
    { time: "1970-01-01T00:00:01.001Z", ...memory, stamp: 5 },
  ]);
});

test("addresses are logged where that is wanted", async () => {
  const lines = await linesOf({ address: true }, (log) => {
    log.answered(LINE, "2001:db8::1", 1);
    log.answered(LINE, undefined, 1);
  });
  expect(lines).toMatchObject([{ address: "2001:db8::1" }, expect.not.objectContaining({ address: "" })]);
});

test("of a sample each line says of how many it is one", async () => {
  const lines = await linesOf({ sample: 10 }, (log) => {
    for (let at = 0; at < 10_000; at += 1) log.answered(LINE, undefined, at);
  });
  expect(lines.length).toBeGreaterThan(850);
  expect(lines.length).toBeLessThan(1_150);
  expect(lines.every((line) => (line as { sample?: number }).sample === 10)).toBe(true);
});

test("a sample sees what comes in turns in its proportions", () => {
  const isWanted = createSampling(4);
  let even = 0;
  let all = 0;
  for (let at = 0; at < 40_000; at += 1) {
    if (!isWanted()) continue;
    all += 1;
    even += at % 4 === 0 ? 1 : 0;
  }
  expect(even / all).toBeGreaterThan(0.2);
  expect(even / all).toBeLessThan(0.3);
});

test("where lines go is said by the environment before the file; nowhere is the default", () => {
  const to = (section: { to: string } | undefined, place?: string) =>
    readAccessLog(section, place, places())?.to;
  expect(to(undefined)).toBeUndefined();
  expect(to({ to: "logs/a.log" })).toBe(join(folder, "logs/a.log"));
  expect(to({ to: "stdout" })).toBe("stdout");
  expect(to({ to: "a.log" }, "off")).toBeUndefined();
  expect(to({ to: "a.log" }, "b.log")).toBe("/work/b.log");
  expect(to(undefined, "stdout")).toBe("stdout");
});

test("a file that cannot be written to is a fault of the configuration", async () => {
  const policy = readAccessLog({ to: "." }, undefined, places());
  if (!policy) throw new Error("There is a section.");
  const sentence = `accessLog.to names ${folder}, which cannot be written to (EISDIR).`;
  await expect(openAccessLog(policy, () => {})).rejects.toThrow(sentence);
});

test("standard output is not opened anew", async () => {
  const policy = readAccessLog(undefined, "stdout", places());
  if (!policy) throw new Error("The environment wants one.");
  const log = await openAccessLog(policy, () => {});
  expect(log.reopen).toBeUndefined();
  await log.close();
});
