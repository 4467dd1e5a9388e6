import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { type Boot, boot, DEMO, newFile } from "./fixture.ts";
import { createMemoryNode, type MemoryNode } from "./memory-node.ts";
import { rememberedIn } from "./remembered.ts";

const running: Boot[] = [];
afterEach(async () => {
  for (const each of running.splice(0)) await each.stop().catch(() => {});
});
async function started(nodes: readonly MemoryNode[]): Promise<Boot> {
  const made = await boot(await newFile(), nodes);
  running.push(made);
  await made.invalidation.start();
  return made;
}
async function invalidateAll(made: Boot) {
  const { invalidation } = await made.invalidation.accept(DEMO, { scope: "all" }, { kind: "api" });
  return made.invalidation.waitFor(DEMO, invalidation.uuid);
}

test("a node that restarts learns the journal's head as its base", async () => {
  const node = createMemoryNode("a");
  const made = await started([node]);
  await invalidateAll(made);
  await invalidateAll(made);
  node.restart();
  await expect.poll(() => node.floor("o-never-named")).toBe(2);
});

test("what a node acknowledged after the head was read, and lost before it joined, is told again", async () => {
  const node = createMemoryNode("a");
  const gate = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<void>();
  let isHeld = false;
  const made = await started([
    {
      ...node,
      driver: {
        ...node.driver,
        async join(head, signal) {
          // The journal's head was read; the message is under way while the node is purged and then restarts.
          if (isHeld) {
            arrived.resolve();
            await gate.promise;
          }
          return (await node.driver.join?.(head, signal)) ?? { was: "known" };
        },
      },
    },
  ]);
  await expect.poll(() => made.count("invalidation_node")).toBe(1);
  isHeld = true;
  await arrived.promise;
  await invalidateAll(made);
  expect(node.floor(made.delivery.projectTag("demo"))).toBe(1);
  node.restart();
  isHeld = false;
  gate.resolve();
  await expect.poll(() => node.floor(made.delivery.projectTag("demo"))).toBe(1);
});

test("a node that began anew with an old head is emptied also when its answer was lost", async () => {
  const node = createMemoryNode("a");
  let isLost = false;
  const join: typeof node.driver.join = async (head, signal) => {
    // It restarts, and takes a head from before the last invalidation; nobody hears that it did.
    if (isLost) {
      isLost = false;
      node.restart();
      await node.driver.join?.(0, signal);
      throw new Error("connection reset");
    }
    return (await node.driver.join?.(head, signal)) ?? { was: "known" };
  };
  const made = await started([{ ...node, driver: { ...node.driver, join } }]);
  await expect.poll(() => made.count("invalidation_node")).toBe(1);
  await invalidateAll(made);
  isLost = true;
  await expect.poll(() => isLost).toBe(false);
  await expect.poll(() => node.floor(made.delivery.projectTag("demo"))).toBe(1);
});

test("a node that is away is one line in the log, and one when it is back", async () => {
  const node = createMemoryNode("a");
  node.behave(new Error("connection refused"));
  const made = await started([node]);
  await expect.poll(() => made.logged.filter(({ event }) => event === "node is away").length).toBe(1);
  node.behave("well");
  await expect.poll(() => made.logged.some(({ event }) => event === "node is back")).toBe(true);
  expect(made.logged.filter(({ event }) => event === "node is away")).toHaveLength(1);
});

test("a database that went back under a running server is raised above every number it gave", async () => {
  const made = await started([createMemoryNode("a")]);
  await invalidateAll(made);
  await invalidateAll(made);
  const db = made.store.db.$extendTables<{ invalidation_sequence: { n: number } }>();
  // In one step, as a restored backup: a heartbeat in between would already see that the journal is another.
  await db.transaction().execute(async (transaction) => {
    await transaction.deleteFrom("invalidation_entry" as never).execute();
    await transaction.updateTable("invalidation_sequence").set({ n: 0 }).execute();
  });
  await expect.poll(() => made.coverage.applied).toBe(4);
  expect(made.floor("demo", "o-any")).toBeGreaterThan(2);
  expect((await invalidateAll(made)).sequence).toBe(5);
});

test("the largest number and its entry are remembered in a file, and a broken file is none", async () => {
  const file = join(await mkdtemp(join(tmpdir(), "freshet-sequence-")), "sequence");
  const remembered = rememberedIn(file);
  const nothing = { sequence: 0, entry: undefined };
  const at = (sequence: number) => ({ sequence, entry: `id-${sequence}` });
  expect(await remembered.read()).toEqual(nothing);
  await Promise.all([1, 5, 3, 9, 7].map((sequence) => remembered.write(at(sequence))));
  expect(await rememberedIn(file).read()).toEqual(at(9));
  await rememberedIn(file).write(at(4));
  await writeFile(file, "9");
  expect(await rememberedIn(file).read()).toEqual({ sequence: 9, entry: undefined });
  await writeFile(file, "nine");
  expect(await rememberedIn(file).read()).toEqual(nothing);
});
