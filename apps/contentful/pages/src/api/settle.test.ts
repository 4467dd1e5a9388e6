import { expect, test } from "vitest";
import { outcome } from "../assets/wishes.ts";
import { settle } from "./settle.ts";
import type { EventLine, EventState } from "./shapes.ts";

const line = (event: string, state: EventState, reason = `${event} is ${state}.`): EventLine => ({
  ...{ event, state, reason, topic: "Freshet.purge", subject: null, came_by: "editor" },
  ...{ received_at: "", changed_at: null, invalidations: [] },
});

test("waits until every event that was asked for is settled, and for no others", async () => {
  let looks = 0;
  const events = async ({ asset = "" }: { readonly asset?: string }) => {
    looks += 1;
    const state = looks > 2 ? "done" : "invalidating";
    return { events: [line("older", "failed"), line(`of ${asset}`, state)], next: null };
  };
  const asked = ["a", "b"].map((asset) => ({ asset, event: `of ${asset}` }));
  const ended = await settle({ events }, asked, new AbortController().signal);
  expect(ended.map(({ event }) => event).toSorted()).toEqual(["of a", "of b"]);
});

test("stops when nobody looks any more", async () => {
  const leaving = new AbortController();
  const events = async () => {
    leaving.abort();
    return { events: [], next: null };
  };
  expect(await settle({ events }, [{ asset: "a", event: "x" }], leaving.signal)).toEqual([]);
});

test("the outcome says the reason of one, and counts of many", () => {
  expect(outcome([line("a", "done", "Purged.")], 1)).toBe("Purged.");
  expect(outcome([line("a", "done"), line("b", "done"), line("c", "nothing-to-do")], 3)).toBe(
    "2 assets done, nothing to do for 1 asset.",
  );
  expect(outcome([line("a", "failed", "No key."), line("b", "done")], 2)).toBe("1 asset failed: No key.");
  expect(outcome([line("a", "done")], 2)).toMatch(/^1 asset done\. The event log/);
  expect(outcome([], 1)).toMatch(/under way/);
});
