import type { InvalidationEntry, InvalidationPage } from "@freshet/core";
import { expect, test } from "vitest";
import { PAGE, readLogPage } from "./page-of-log.ts";

const entries = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ uuid: `u-${at}` }) as InvalidationEntry);
function server(...pages: readonly (readonly [count: number, cursor: string | null])[]) {
  const asked: [string | undefined, number][] = [];
  return {
    asked,
    async ask(cursor: string | undefined, limit: number): Promise<InvalidationPage> {
      const [count, next] = pages[asked.length] ?? [0, null];
      asked.push([cursor, limit]);
      return { status: "success", invalidations: entries(count), cursor: next };
    },
  };
}

test("a full page is one question", async () => {
  const { ask, asked } = server([PAGE, "s9"]);
  expect(await readLogPage(ask, "s20")).toMatchObject({ cursor: "s9", isShort: false });
  expect(asked).toEqual([["s20", PAGE]]);
});

test("short and empty pages are gone on from, for what is still missing", async () => {
  const { ask, asked } = server([3, "s9"], [0, "s8"], [2, null]);
  const page = await readLogPage(ask, undefined);
  expect(page.entries).toHaveLength(5);
  expect(page).toMatchObject({ cursor: undefined, isShort: false });
  expect(asked).toEqual([
    [undefined, PAGE],
    ["s9", PAGE - 3],
    ["s8", PAGE - 3],
  ]);
});

test("what takes long is given up, and says where to go on", async () => {
  const { ask, asked } = server([1, "s9"], [0, "s8"], [0, "s7"]);
  let time = 0;
  const page = await readLogPage(ask, undefined, () => (time += 1_000));
  expect(page).toMatchObject({ cursor: "s7", isShort: true });
  expect(asked).toHaveLength(3);
});

test("a server that says the same cursor for ever is asked once more and no longer", async () => {
  const { ask, asked } = server([0, "s9"], [0, "s9"], [0, "s9"]);
  expect(await readLogPage(ask, undefined)).toMatchObject({ cursor: undefined });
  expect(asked).toHaveLength(2);
});
