import { expect, test } from "vitest";
import { LentBytes } from "./lent-bytes.ts";

test("large bytes that somebody holds are read once for all, small ones by each", async () => {
  const lent = new LentBytes();
  let reads = 0;
  const read = (size: number) => async () => {
    reads += 1;
    return new Uint8Array(size);
  };
  const [one, other] = await Promise.all([lent.get("a", read(1_000_000)), lent.get("a", read(1_000_000))]);
  expect(await lent.get("a", read(1_000_000))).toBe(one);
  expect([other === one, reads]).toEqual([true, 1]);
  await lent.get("b", read(10));
  await lent.get("b", read(10));
  expect(reads).toBe(3);
});

test("what somebody holds is not read at all", async () => {
  const lent = new LentBytes();
  const bytes = new Uint8Array(1_000_000);
  lent.hold("a", bytes);
  expect(await lent.get("a", async () => undefined)).toBe(bytes);
});

test("what was not there, or could not be read, is looked for again", async () => {
  const lent = new LentBytes();
  expect(await lent.get("a", async () => undefined)).toBeUndefined();
  await expect(lent.get("a", async () => Promise.reject(new Error("disk")))).rejects.toThrow("disk");
  expect(await lent.get("a", async () => new Uint8Array(1))).toHaveLength(1);
});

const LARGE = 1_000_000;
const settle = () => new Promise((resolve) => setImmediate(resolve));

test("memory goes back when everybody is done who said until when", async () => {
  const lent = new LentBytes();
  const [written, rendered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const bytes = new Uint8Array(LARGE);
  lent.hold("a", bytes, written.promise);
  expect(await lent.get("a", async () => undefined, rendered.promise)).toBe(bytes);
  written.resolve();
  await settle();
  expect(bytes).toHaveLength(LARGE);
  rendered.reject(new Error("a render that failed is done as well"));
  await settle();
  expect(bytes).toHaveLength(0);
  // Nobody is given what is empty.
  const again = await lent.get("a", async () => new Uint8Array(LARGE));
  expect(again).toHaveLength(LARGE);
});

test("what somebody has for good is left to him", async () => {
  const lent = new LentBytes();
  const rendered = Promise.withResolvers<void>();
  const bytes = await lent.get("a", async () => new Uint8Array(LARGE), rendered.promise);
  await lent.get("a", async () => undefined);
  rendered.resolve();
  await settle();
  expect(bytes).toHaveLength(LARGE);
});

test("who waited for the same as one who was done at once reads it again", async () => {
  const lent = new LentBytes();
  const read = async () => new Uint8Array(LARGE);
  const both = [Promise.resolve(), new Promise(() => {})].map((until) => lent.get("a", read, until));
  const [, other] = await Promise.all(both);
  await settle();
  expect(other).toHaveLength(LARGE);
});

test("bytes that are a part of something are not given back", async () => {
  const lent = new LentBytes();
  const part = new Uint8Array(LARGE + 8).subarray(8);
  lent.use(part, Promise.resolve());
  await settle();
  expect(part).toHaveLength(LARGE);
});
