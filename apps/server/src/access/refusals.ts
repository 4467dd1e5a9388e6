import type { Kysely } from "@freshet/store";
import { type AuditTables, writeAudit } from "../admin/audit.ts";
import { Failures } from "./failures.ts";

/** Lines that the log takes at once, and milliseconds until one more: guesses must not fill it. */
const NOTED = { burst: 60, refillMs: 60_000 };

/**
 * Writes down that somebody could not sign in, and as whom where that is a user. What was typed is not written down: it may be a
 * password.
 */
export type NoteRefusal = (address: string, subject: string) => Promise<void>;

export function createRefusals(db: Kysely<AuditTables>, now: () => number): NoteRefusal {
  const noted = new Failures(now, NOTED);
  return async (address, subject) => {
    if (noted.isSpent("all")) return;
    noted.add("all");
    const by = { principal: "nobody", address };
    const change = { by, project: null, action: "session.refused", subject, at: now() } as const;
    await db.transaction().execute((transaction) => writeAudit(transaction, [change]));
  };
}
