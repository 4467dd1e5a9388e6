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
