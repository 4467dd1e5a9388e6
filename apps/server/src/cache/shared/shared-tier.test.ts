import { hash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createS3Client } from "../../s3/client.ts";
import { type Mood, type S3Double, startS3Double } from "../../s3/double.test.support.ts";
import { SharedTier } from "./shared-tier.ts";

/** So that only a store that is meant to be slow is too slow, however busy the machine is. */
const PATIENT_MS = 10_000;
const LOOKUP_MS = 250;
/** Far more than a look-up's time, far less than a hang: what a busy machine may add. */
const PATIENCE_MS = 3_000;

const HAT = Buffer.alloc(20_000, "hat");
const VARIANT = "a".repeat(40);
const ORIGINAL = hash("sha256", HAT);
const VARIANT_KEY = `pre/fix/variants/3-x/aa/${VARIANT}`;

describe("SharedTier", () => {
  let double: S3Double;
  let tiers: SharedTier[];
  let told: object[];
  let time: number;

  const open = (settings = double.settings, lookupMs = PATIENT_MS) => {
    const tier = new SharedTier({
      client: createS3Client(settings),
      prefix: "pre/fix",
      rendererVersion: "3-x",
      lookupMs,
      queueBytes: 1e6,
      maxBytes: 1e6,
      log: (event, details) => told.push({ event, ...details }),
      now: () => time,
    });
    tiers.push(tier);
    return tier;
  };
  const settled = (tier: SharedTier) => expect.poll(() => tier.queue.count, { timeout: 10_000 }).toBe(0);
  const seed = async () => {
    const tier = open();
    tier.shelf("variants").offer(VARIANT, HAT, true);
    tier.shelf("originals").offer(ORIGINAL, HAT, false);
    await settled(tier);
    double.requests.length = 0;
  };

  beforeEach(async () => {
    [tiers, told, time] = [[], [], 0];
    double = await startS3Double();
  });
  afterEach(async () => {
    double.mood = "well";
    await Promise.all(tiers.map((tier) => tier.close()));
    await double.close();
  });

  it("gives to one instance what another brought, under keys with prefix, kind and renderer", async () => {
    await seed();
    expect([...double.objects.keys()].sort()).toEqual([
      `pre/fix/originals/${ORIGINAL.slice(0, 2)}/${ORIGINAL}`,
      VARIANT_KEY,
    ]);
    const other = open();
    expect(HAT.equals((await other.shelf("variants").find(VARIANT)) ?? Buffer.of())).toBe(true);
    expect(HAT.equals((await other.shelf("originals").find(ORIGINAL)) ?? Buffer.of())).toBe(true);
    expect(await other.shelf("variants").find("b".repeat(40))).toBeUndefined();
    expect(other.lookups).toMatchObject({ variants: { hit: 1, miss: 1 }, originals: { hit: 1 } });
    expect(other.shelf("originals").knows(ORIGINAL)).toBe(true);
    expect(other.shelf("originals").knows("0".repeat(64))).toBe(false);
  });

  it("asks once however many look for the same", async () => {
    await seed();
    const shelf = open().shelf("variants");
    await Promise.all([shelf.find(VARIANT), shelf.find(VARIANT), shelf.find(VARIANT)]);
    expect(double.requests).toEqual([`GET ${VARIANT_KEY}`]);
  });

  it("does not bring what is there, and looks only once", async () => {
    await seed();
    const tier = open();
    for (let count = 0; count < 3; count += 1) {
      tier.shelf("originals").offer(ORIGINAL, HAT, false);
      await settled(tier);
    }
    expect(double.requests).toEqual([`HEAD pre/fix/originals/${ORIGINAL.slice(0, 2)}/${ORIGINAL}`]);
    expect(tier.stored).toEqual({ uploaded: 0, present: 1 });
  });

  it.each<Mood>(["flips", "shortens", "breaks off"])(
    "never gives out bytes that are not the ones that were written: %s",
    async (mood) => {
      await seed();
      double.mood = mood;
      const tier = open();
      expect(await tier.shelf("variants").find(VARIANT)).toBeUndefined();
      expect(await tier.shelf("originals").find(ORIGINAL)).toBeUndefined();
      const ends = mood === "breaks off" ? "failed" : "corrupt";
      expect([tier.lookups.variants[ends], tier.lookups.originals[ends]]).toEqual([1, 1]);
    },
  );

  it("never gives out whole bytes of another object, or of nobody", async () => {
    await seed();
    const hat = double.objects.get(VARIANT_KEY);
    if (!hat) throw new Error("nothing was brought");
    const other = "b".repeat(40);
    const key = VARIANT_KEY.replace(/aa\/a+$/, `bb/${other}`);
    const tier = open();
    double.objects.set(key, hat);
    expect(await tier.shelf("variants").find(other)).toBeUndefined();
    double.objects.set(key, { ...hat, headers: {} });
    expect(await tier.shelf("variants").find(other)).toBeUndefined();
    expect(tier.lookups.variants.corrupt).toBe(2);
  });

  it("writes again what it found damaged", async () => {
    await seed();
    const key = `pre/fix/originals/${ORIGINAL.slice(0, 2)}/${ORIGINAL}`;
    const headers = double.objects.get(key)?.headers ?? {};
    double.objects.set(key, { bytes: Buffer.alloc(HAT.length), headers });
    const tier = open();
    expect(await tier.shelf("originals").find(ORIGINAL)).toBeUndefined();
    tier.shelf("originals").offer(ORIGINAL, HAT, false);
    await settled(tier);
    expect(await open().shelf("originals").find(ORIGINAL)).toBeDefined();
  });

  it.each<Mood>(["hangs", "stalls", { delayMs: 30_000 }])(
    "waits no longer than it may when the store %j",
    async (mood) => {
      await seed();
      double.mood = mood;
      const tier = open(double.settings, LOOKUP_MS);
      const begun = performance.now();
      expect(await tier.shelf("variants").find(VARIANT)).toBeUndefined();
      expect(performance.now() - begun).toBeLessThan(LOOKUP_MS + PATIENCE_MS);
      expect(tier.lookups.variants.slow).toBe(1);
    },
  );

  it("stops asking a store that keeps failing, says so once, and comes back by itself", async () => {
    await seed();
    double.mood = { status: 503, code: "SlowDown" };
    const tier = open();
    const shelf = tier.shelf("variants");
    for (let count = 0; count < 20; count += 1) expect(await shelf.find(VARIANT)).toBeUndefined();
    expect(double.requests).toHaveLength(5);
    expect(tier.lookups.variants).toMatchObject({ failed: 5, paused: 15 });
    expect(tier.breakers).toEqual({ read: "open", write: "closed" });
    expect(told).toEqual([
      {
        event: "the shared cache is passed over until it works again",
        ...{ way: "read", code: "S3_BUSY", status: 503, said: "SlowDown" },
      },
    ]);
    double.mood = "well";
    time += 2_000;
    expect(await shelf.find(VARIANT)).toBeDefined();
    expect(tier.breakers.read).toBe("closed");
  });

  it("keeps its secret out of everything it says", async () => {
    const tier = open({ ...double.settings, secretAccessKey: "hidden/0123456789" });
    for (let count = 0; count < 6; count += 1) {
      await tier.shelf("variants").find(VARIANT);
      tier.shelf("variants").offer(`${count}`.repeat(40), HAT, true);
    }
    await settled(tier);
    expect(told).toMatchObject([{ code: "S3_REFUSED" }, { code: "S3_REFUSED" }]);
    expect(JSON.stringify(told)).not.toMatch(/hidden|AKIDDOUBLE/);
    expect(tier.dropped.failed).toBeGreaterThan(0);
  });

  it("makes nobody wait for an upload, and drops what does not fit", async () => {
    double.mood = "hangs";
    const tier = open();
    const shelf = tier.shelf("variants");
    const begun = performance.now();
    for (let count = 0; count < 100; count += 1) shelf.offer(hash("sha256", `${count}`), HAT, true);
    expect(performance.now() - begun).toBeLessThan(PATIENCE_MS);
    expect(tier.queue.bytes).toBeLessThanOrEqual(1e6);
    expect(tier.dropped.full).toBe(50);
  });
});
