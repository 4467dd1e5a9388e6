import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { DiskStore } from "../disk-store.ts";
import { AtOnce } from "./at-once.ts";

test("a slow read among many quick ones changes nothing; three of them leave the next five seconds to the pool", () => {
  const atOnce = new AtOnce();
  let now = 0;
  for (let each = 0; each < 50; each += 1) {
    now += 30;
    atOnce.took(30, now);
    for (let quick = 0; quick < 32; quick += 1) atOnce.took(0.05, now);
    expect(atOnce.may(now)).toBe(true);
  }
  for (let each = 0; each < 3; each += 1) {
    expect(atOnce.may(now)).toBe(true);
    now += 30;
    atOnce.took(30, now);
  }
  expect([atOnce.may(now), atOnce.may(now + 4_999), atOnce.may(now + 5_000)]).toEqual([false, false, true]);
  // It is still as slow.
  atOnce.took(30, now + 5_030);
  expect([atOnce.may(now + 5_030), atOnce.may(now + 10_030)]).toEqual([false, true]);
});

test("whatever a disk does, the event loop waits for three slow reads in five seconds at most, but for what many quick ones made good", () => {
  const times = fc.array(fc.double({ min: 0, max: 1_000, noNaN: true }), { minLength: 1, maxLength: 300 });
  fc.assert(
    fc.property(times, (reads) => {
      const atOnce = new AtOnce();
      const slow: number[] = [];
      let now = 0;
      let quick = 0;
      for (const milliseconds of reads) {
        now += 1;
        if (!atOnce.may(now)) continue;
        now += milliseconds;
        atOnce.took(milliseconds, now);
        if (milliseconds < 4) quick += 1;
        else slow.push(now);
      }
      const rests = Math.floor(now / 5_000) + 1;
      expect(slow.length).toBeLessThanOrEqual(3 * rests + Math.ceil(quick / 32));
    }),
  );
});

test("a store whose disk is slow reads in the pool, and in the event loop again when it is quick", async () => {
  const home = await mkdtemp(join(tmpdir(), "freshet-slow-"));
  let now = 0;
  let takes = 0;
  const clock = () => {
    now += takes;
    return now;
  };
  const store = await DiskStore.open(join(home, "variants"), 1e6, 4, clock);
  onTestFinished(async () => {
    await store.close();
    await rm(home, { recursive: true });
  });
  const name = "ab".repeat(20);
  await store.put(name, Buffer.from("hat"));
  const read = async () => (await store.get(name))?.toString();
  expect(await read()).toBe("hat");
  expect(store.getNow(name)?.toString()).toBe("hat");
  takes = 20;
  for (let each = 0; each < 3; each += 1) expect(store.getNow(name)?.toString()).toBe("hat");
  expect([store.getNow(name), await read(), store.getNow(name)]).toEqual([undefined, "hat", undefined]);
  takes = 0;
  now += 5_000;
  expect(store.getNow(name)?.toString()).toBe("hat");
});
