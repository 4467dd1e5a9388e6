import { type Migration, sql } from "@freshet/store";
import type { Role } from "./roles.ts";

/** One process that is registered. Times: milliseconds since the epoch of its own clock, for people only. */
export interface InstanceRow {
  /** Another one for each boot. */
  readonly name: string;
  readonly role: Role;
  /** Milliseconds that its lease lasts: what others wait before they go on without it. 0: it has signed off. */
  readonly lease_ms: number;
  /** One more with each registration: what was stated under an earlier one counts no more. */
  readonly epoch: number;
  /** Everything through this number is applied; null until it is stated under this epoch. */
  readonly applied: number | null;
  /** Through this number no response that began under an older stamp is under way any more. */
  readonly drained: number | null;
  /** One more with each heartbeat. */
  readonly beat: number;
  /** The oldest invalidation that went on without it, until it has caught up. */
  readonly skipped: number | null;
  readonly started_at: number;
  readonly seen_at: number;
}

/** As `lease_ms`: the boot is over, and what it was skipped for is still to be seen to. */
export const SIGNED_OFF = 0;

/** How the waiting of one entry for one instance ended. */
export interface OutcomeRow {
  readonly entry: string;
  readonly instance: string;
  readonly status: "done" | "skipped";
  /** Invalidations it had still to apply. */
  readonly lag: number;
  readonly at: number;
}

/** A type and not an interface: only that counts as a record of tables for the query builder. */
export type InstanceTables = {
  instance_row: InstanceRow;
  instance_outcome: OutcomeRow;
};

export const OWNER = "instance";

export const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    name: "membership",
    async up(transaction) {
      await sql`create table instance_row (name text not null primary key, role text not null, lease_ms bigint not null, epoch integer not null,
        applied bigint, drained bigint, beat bigint not null, skipped bigint, started_at bigint not null,
        seen_at bigint not null)`.execute(transaction);
      await sql`create table instance_outcome (entry text not null, instance text not null, status text not null,
        lag bigint not null, at bigint not null, primary key (entry, instance))`.execute(transaction);
    },
  },
];
