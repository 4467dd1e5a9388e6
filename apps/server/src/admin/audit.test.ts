import { openStore, type Store } from "@freshet/store";
import { at, newPlace } from "@freshet/store/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  AUDIT_MIGRATIONS,
  AUDIT_OWNER,
  type AuditTables,
  listAudit,
  trimAudit,
  writeAudit,
} from "./audit.ts";

const by = { principal: "key 0123 (test)", address: "192.0.2.1" };
const DAY = 86_400_000;

let store: Store;
const db = () => store.db.$extendTables<AuditTables>();
beforeEach(async () => {
  store = await openStore(at(await newPlace()));
  await store.migrate(AUDIT_OWNER, AUDIT_MIGRATIONS);
});
afterEach(() => store.close());

const write = (time: number, subject: string, project: string | null = "shop") =>
  db()
    .transaction()
    .execute((transaction) =>
      writeAudit(transaction, [{ by, project, action: "project.changed", subject, at: time }]),
    );

test("changes are listed newest first, page by page, also those of one millisecond", async () => {
  const now = Date.now();
  for (let each = 0; each < 30; each += 1) await write(now + Math.floor(each / 10), String(each));
  await write(now, "of nobody", null);
  const seen: string[] = [];
  for (let before: string | undefined; ; ) {
    const page = await listAudit(db(), {
      projects: ["shop"],
      limit: 7,
      ...(before === undefined ? {} : { before }),
    });
    seen.push(...page.map(({ subject }) => subject));
    before = page.at(-1)?.id;
    if (before === undefined) break;
  }
  expect(seen).toEqual(Array.from({ length: 30 }, (_, each) => String(29 - each)));
  expect(await listAudit(db(), { limit: 100 })).toHaveLength(31);
});

test("what belongs to a change that did not take place is not written", async () => {
  const failing = db()
    .transaction()
    .execute(async (transaction) => {
      await writeAudit(transaction, [{ by, project: "shop", action: "key.created", subject: "k", at: 1 }]);
      throw new Error("changed nothing");
    });
  await expect(failing).rejects.toThrow("changed nothing");
  expect(await listAudit(db(), { limit: 10 })).toEqual([]);
});

test("old changes are removed, and no younger ones", async () => {
  const now = Date.now();
  for (const days of [400, 366, 364, 1]) await write(now - days * DAY, `${days}`);
  expect(await trimAudit(db(), now - 365 * DAY)).toBe(2);
  expect(await trimAudit(db(), now - 365 * DAY)).toBe(0);
  expect((await listAudit(db(), { limit: 10 })).map(({ subject }) => subject)).toEqual(["1", "364"]);
});
