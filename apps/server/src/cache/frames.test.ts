import { beforeEach, expect, test } from "vitest";
import { FrameShelf } from "./frames.ts";

let now = 0;
let made = 0;

const make = (bytes: number) => async () => {
  made += 1;
  return new Uint8Array(bytes);
};
/** Asks for a size of an original, which takes a frame of so many bytes. */
function ask(shelf: FrameShelf, digest: string, name = "4", bytes = 30) {
  shelf.expect(digest);
  return shelf.of(digest).take(name, bytes, make(bytes));
}

beforeEach(() => {
  now = 0;
  made = 0;
});
const open = (bytes = 120) => new FrameShelf(bytes, () => now);

test("a single size is decoded for itself, the sizes after it share a frame", async () => {
  const shelf = open();
  expect(ask(shelf, "a")).toBeUndefined();
  const [second, third] = [ask(shelf, "a"), ask(shelf, "a")];
  expect(second).toBe(third);
  await second;
  expect(await ask(shelf, "a")).toBe(await second);
  expect(made).toBe(1);
});

test("sizes that come together share one from the first on", () => {
  const shelf = open();
  shelf.expect("a");
  shelf.expect("a");
  expect(shelf.of("a").take("4", 30, make(30))).toBeDefined();
});

test("what is asked for seldom is no burst, and neither are other originals", () => {
  const shelf = open();
  expect(ask(shelf, "a")).toBeUndefined();
  expect(ask(shelf, "b")).toBeUndefined();
  now += 5_001;
  expect(ask(shelf, "a")).toBeUndefined();
  now += 4_999;
  expect(ask(shelf, "a")).toBeDefined();
});

test("a burst is one for a render that had to wait, but not for ever", () => {
  const shelf = open();
  shelf.expect("a");
  shelf.expect("a");
  now += 59_000;
  shelf.expect("b");
  expect(shelf.of("a").take("4", 30, make(30))).toBeDefined();
  now += 2_000;
  shelf.expect("b");
  expect(shelf.of("a").take("8", 30, make(30))).toBeUndefined();
});

test("frames never hold more than they may, and the oldest goes first", async () => {
  const shelf = open(100);
  for (const digest of ["a", "b", "c", "d"]) {
    ask(shelf, digest);
    await ask(shelf, digest);
    expect(shelf.bytes).toBeLessThanOrEqual(100);
  }
  expect(made).toBe(4);
  await ask(shelf, "b");
  expect(made).toBe(4);
  await ask(shelf, "a");
  expect(made).toBe(5);
  await ask(shelf, "b");
  expect(made).toBe(5);
});

test("one that is too large, or comes while the room is taken by what is being made, is not made", async () => {
  const shelf = open(90);
  for (let time = 0; time < 3; time += 1) expect(ask(shelf, "a", "1", 91)).toBeUndefined();
  expect(ask(shelf, "a", "2", 70)).toBeUndefined();
  const first = ask(shelf, "a", "2", 70);
  ask(shelf, "b");
  expect(ask(shelf, "b")).toBeUndefined();
  await first;
  expect(ask(shelf, "b")).toBeDefined();
  expect(new FrameShelf(0).of("a").take("8", 1, make(1))).toBeUndefined();
});

test("a large frame has to be asked for twice itself", () => {
  const shelf = open(90);
  for (const name of ["8", "4"]) ask(shelf, "a", name, 3);
  expect(ask(shelf, "a", "1", 31)).toBeUndefined();
  expect(ask(shelf, "a", "2", 30)).toBeDefined();
  expect(ask(shelf, "a", "1", 31)).toBeDefined();
});

test("a frame that cannot be made is told to all who wait, and tried again", async () => {
  const shelf = open();
  shelf.expect("a");
  shelf.expect("a");
  const broken = () => Promise.reject(new Error("broken"));
  const waiting = [shelf.of("a").take("4", 30, broken), shelf.of("a").take("4", 30, make(30))];
  for (const each of waiting) await expect(each).rejects.toThrow("broken");
  expect(shelf.bytes).toBe(0);
  expect(await ask(shelf, "a")).toEqual(new Uint8Array(30));
});

test("a frame is gone some seconds after its last use", async () => {
  const shelf = open();
  ask(shelf, "a");
  await ask(shelf, "a");
  now += 4_000;
  await ask(shelf, "a");
  now += 4_000;
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  expect(shelf.bytes).toBe(30);
  now += 2_000;
  await expect.poll(() => shelf.bytes, { timeout: 10_000 }).toBe(0);
});
