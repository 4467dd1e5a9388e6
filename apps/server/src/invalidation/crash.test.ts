import { type ChildProcess, fork } from "node:child_process";
import { hash } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { boot, newFile } from "./fixture.ts";

type Message = {
  readonly ready?: number;
  readonly accepted?: string;
  readonly uuid?: string;
  readonly purge?: {
    readonly call: number;
    readonly name: string;
    readonly sequence: number;
    readonly tags: string[];
  };
};

const INVALIDATIONS = 60;
const KILLS = 3;

test("killed again and again, no accepted invalidation is lost, none is twice in the log, and every node hears of it", async () => {
  const file = await newFile();
  const floors = new Map<string, number>();
  const accepted = new Map<string, string>();
  let child: ChildProcess | undefined;
  // A child that outlives a failed test would keep the whole run from ending.
  onTestFinished(() => {
    child?.kill("SIGKILL");
  });

  const start = async (): Promise<ChildProcess> => {
    const ready = Promise.withResolvers<void>();
    const born = fork(new URL("./crash-child.ts", import.meta.url), [file], { execArgv: [] });
    born.on("message", (message: Message) => {
      if (message.ready !== undefined) ready.resolve();
      if (message.accepted !== undefined) accepted.set(message.accepted, message.uuid ?? "");
      const { purge } = message;
      if (!purge) return;
      for (const tag of purge.tags) {
        const slot = `${purge.name} ${tag}`;
        floors.set(slot, Math.max(purge.sequence, floors.get(slot) ?? 0));
      }
      if (born.connected) born.send({ purged: purge.call }, () => {});
    });
    born.once("exit", () => ready.reject(new Error("the child ended")));
    await ready.promise;
    return born;
  };
  const kill = async (): Promise<void> => {
    const dead = child;
    const gone = new Promise((resolve) => dead?.once("exit", resolve));
    dead?.kill("SIGKILL");
    await gone;
    child = await start();
  };

  child = await start();
  for (let index = 0; index < INVALIDATIONS; index += 1) {
    const key = `k${index}`;
    child.send({ accept: { key, urls: [`/${index % 7}.jpg`] } });
    // The client repeats with the same key until it is answered.
    if (index % (INVALIDATIONS / KILLS) === 10) await kill();
    while (!accepted.has(key)) {
      child.send({ accept: { key, urls: [`/${index % 7}.jpg`] } });
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
  await kill();

  const reader = await boot(file);
  const db = reader.store.db.$extendTables<{
    invalidation_entry: { id: string; status: string; sequence: number };
    invalidation_path: { entry: string; path: string };
  }>();
  const read = () =>
    db
      .selectFrom("invalidation_entry as e")
      .innerJoin("invalidation_path as p", "p.entry", "e.id")
      .select(["e.id", "e.status", "e.sequence", "p.path"])
      .orderBy("e.sequence")
      .execute();
  await expect
    .poll(async () => (await read()).every(({ status }) => status === "DONE"), {
      timeout: 15_000,
      interval: 50,
    })
    .toBe(true);
  const entries = await read();
  expect(entries.map(({ sequence }) => sequence)).toEqual(
    Array.from({ length: INVALIDATIONS }, (_, i) => i + 1),
  );
  expect(new Set(entries.map(({ id }) => id))).toEqual(new Set(accepted.values()));
  for (const { path, sequence } of entries) {
    const tag = `o-${hash("sha256", `demo${path}`).slice(0, 16)}`;
    for (const node of ["a", "b", "c"]) expect(floors.get(`${node} ${tag}`)).toBeGreaterThanOrEqual(sequence);
  }
  await reader.store.close();
}, 60_000);
