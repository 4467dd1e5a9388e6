import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { ByteTiers } from "./byte-tiers.ts";
import { DiskStore } from "./disk-store.ts";
import type { Shelf } from "./shared/shared-tier.ts";

const HAT = Buffer.from("hat");
const NAME = "a".repeat(40);

describe("ByteTiers", () => {
  let disk: DiskStore;
  let shared: Map<string, Uint8Array>;
  let asked: string[];
  let shelf: Shelf;
  beforeEach(async () => {
    disk = await DiskStore.open(await mkdtemp(join(tmpdir(), "freshet-tiers-")), 1e6);
    shared = new Map();
    asked = [];
    shelf = {
      find: async (name) => {
        asked.push(name);
        return shared.get(name);
      },
      offer: (name, bytes) => void shared.set(name, bytes),
      knows: (name) => shared.has(name),
    };
  });

  it("takes from the shared tier what the disk has not, and keeps it on the disk", async () => {
    shared.set(NAME, HAT);
    const tiers = new ByteTiers(disk, shelf);
    expect(tiers.holds(NAME)).toBe(true);
    expect(await tiers.get(NAME)).toEqual({ bytes: HAT, from: "shared" });
    await expect.poll(() => disk.has(NAME)).toBe(true);
    expect(await tiers.get(NAME)).toEqual({ bytes: HAT, from: "disk" });
    expect(asked).toEqual([NAME]);
  });

  it("brings to the shared tier what is kept, and what only the disk had", async () => {
    const tiers = new ByteTiers(disk, shelf);
    tiers.keep(NAME, HAT, true);
    expect(shared.get(NAME)).toBe(HAT);
    await expect.poll(() => disk.has(NAME)).toBe(true);
    shared.clear();
    await tiers.get(NAME);
    expect(shared.has(NAME)).toBe(true);
  });

  it("is the disk alone where nothing is shared", async () => {
    const tiers = new ByteTiers(disk);
    expect([tiers.holds(NAME), await tiers.get(NAME)]).toEqual([false, undefined]);
    tiers.keep(NAME, HAT, true);
    await expect.poll(async () => (await tiers.get(NAME))?.from).toBe("disk");
  });
});
