import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ERRORS } from "./errors.ts";

const PAGE = join(import.meta.dirname, "../../../docs/operations/troubleshooting.md");
const STORE_ERRORS = join(import.meta.dirname, "../../../packages/store/src/errors.ts");

test("the page for when something is wrong says of every code what to do, and names none that is not", async () => {
  const page = await readFile(PAGE, "utf8");
  const ofStore = (await readFile(STORE_ERRORS, "utf8")).matchAll(/^ {2}(STORE_[A-Z_]+):/gm);
  const codes = [...Object.keys(ERRORS), ...[...ofStore].map(([, code]) => code)];
  // Each stands at the beginning of a row of a table.
  const rows = [...page.matchAll(/^\| ((?:`[A-Z_]+`(?:, )?)+) \|/gm)].map(([, cell = ""]) => cell);
  const named = rows.flatMap((cell) => [...cell.matchAll(/`([A-Z_]+)`/g)].map(([, code]) => code));
  expect(named.toSorted()).toEqual(codes.toSorted());
});

test("what the page says of the status of pictures is what they are answered with", async () => {
  const page = await readFile(PAGE, "utf8");
  const rows = [...page.matchAll(/^\| `([A-Z_]+)` \| (\d{3}) \|/gm)];
  expect(rows.length).toBeGreaterThan(20);
  for (const [, code = "", status] of rows)
    expect({ code, status: Number(status) }).toEqual({
      code,
      status: ERRORS[code as keyof typeof ERRORS]?.status,
    });
});
