import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { OpenSettings } from "./messages.ts";
import { explain } from "./statements.ts";

/** Two processes that turn a new file into WAL at the same moment: SQLite refuses one of them without waiting. */
const OPEN_TRIES = 50;
const OPEN_PAUSE = 20;

/**
 * KiB of pages that the connection keeps for itself; it would be 2,000. The system keeps them as well, and blocks of 4 kB that are taken one by one and
 * stay lie scattered in a process that renders: the pieces between them do not go back.
 */
const CACHE_KIB = 512;

/** Opens the file (made if missing, with its folder): WAL, an fsync per commit. */
export function openFile({ file, busyTimeout }: OpenSettings): DatabaseSync {
  if (file !== ":memory:") mkdirSync(dirname(file), { recursive: true });
  const database = new DatabaseSync(file, { timeout: busyTimeout, enableForeignKeyConstraints: true });
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let tries = 1; ; tries += 1) {
    try {
      database.exec("pragma journal_mode = wal");
      database.exec("pragma synchronous = full");
      database.exec("pragma foreign_keys = on");
      database.exec(`pragma cache_size = -${CACHE_KIB}`);
      return database;
    } catch (error) {
      if (explain(error).code !== "STORE_BUSY" || tries === OPEN_TRIES) throw error;
      Atomics.wait(pause, 0, 0, OPEN_PAUSE);
    }
  }
}
