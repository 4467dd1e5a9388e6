import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { OpenSettings } from "./messages.ts";
import { explain } from "./statements.ts";

/** Two processes that turn a new file into WAL at the same moment: SQLite refuses one of them without waiting. */
const OPEN_TRIES = 50;
const OPEN_PAUSE = 20;

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
      return database;
    } catch (error) {
      if (explain(error).code !== "STORE_BUSY" || tries === OPEN_TRIES) throw error;
      Atomics.wait(pause, 0, 0, OPEN_PAUSE);
    }
  }
}
