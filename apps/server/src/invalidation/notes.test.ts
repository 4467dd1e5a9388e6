import { expect, test } from "vitest";
import type { TargetRow } from "./migrations.ts";
import { createNotes } from "./notes.ts";

const target = (node: string): TargetRow => ({
  ...{ entry: "e", node, stage: "node", status: "done", attempts: 1 },
  ...{ next_at: 0, at: 1, error: null, purged_by: "tags" },
});
const LONG_MS = 60_000;

function ledger(failing = false) {
  const written: string[] = [];
  return {
    written,
    async noted({ node }: TargetRow) {
      if (failing) throw new Error("the disk is full");
      written.push(node);
    },
  };
}

test("what nodes that answer together have done is left to the write that ends the entry", async () => {
  const into = ledger();
  const notes = createNotes(into, LONG_MS);
  for (const node of ["a", "b"]) notes.add(target(node));
  expect((await notes.rest()).map(({ node }) => node)).toEqual(["a", "b"]);
  expect(into.written).toEqual([]);
  expect(await notes.rest()).toEqual([]);
});

test("where a node takes long, what the others have done is written meanwhile, and the late one at once", async () => {
  const into = ledger();
  const notes = createNotes(into, 5);
  for (const node of ["a", "b"]) notes.add(target(node));
  await expect.poll(() => into.written).toEqual(["a", "b"]);
  notes.add(target("late"));
  expect(into.written).toEqual(["a", "b", "late"]);
  expect(await notes.rest()).toEqual([]);
});

test("a flush writes what is left, and nothing comes twice", async () => {
  const into = ledger();
  const notes = createNotes(into, LONG_MS);
  notes.add(target("a"));
  await notes.flush();
  expect(into.written).toEqual(["a"]);
  expect(await notes.rest()).toEqual([]);
});

test("what could not be written is an error for whoever asks for the rest, and for nobody else", async () => {
  const notes = createNotes(ledger(true), 1);
  notes.add(target("a"));
  await new Promise((resolve) => setTimeout(resolve, 20));
  await expect(notes.rest()).rejects.toThrow("the disk is full");
});
