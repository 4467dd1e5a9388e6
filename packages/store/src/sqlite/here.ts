import { StoreError } from "../errors.ts";
import type { SqliteDatabase } from "./database.ts";
import type { OpenSettings, StatementRequest, StatementResult } from "./messages.ts";
import { openFile } from "./open.ts";
import { createStatements, explain } from "./statements.ts";

/** A database file that moves to a thread when it is told to. */
export interface MovingDatabase extends SqliteDatabase {
  /** Has the thread started; it takes over as soon as it is there and no transaction is open. May be called twice. */
  move(): void;
}

/**
 * Opens the file in this thread, where statements run when they are sent and whoever sends them waits. A start does so in any case, and the
 * thread takes longer to begin than all that a start asks. `moved` opens the file once more, in a thread; `failed` is told when that cannot
 * be done, and then statements go on here.
 */
export function openHere(
  settings: OpenSettings,
  moved: () => Promise<SqliteDatabase>,
  failed: (error: unknown) => void,
): MovingDatabase {
  const file = openOrExplain(settings);
  const run = createStatements(file);
  let moving: Promise<void> | undefined;
  /** Once it is there. */
  let thread: SqliteDatabase | undefined;
  let closing: Promise<void> | undefined;

  /** Whether the thread has what is sent from now on: a transaction ends where it began. */
  const isThreads = (): boolean => {
    if (!thread) return false;
    if (file.isOpen && file.isTransaction) return false;
    if (file.isOpen) file.close();
    return true;
  };
  const runHere = (statement: Omit<StatementRequest, "id">): StatementResult => {
    try {
      return run({ id: 0, ...statement });
    } catch (error) {
      const { code, detail } = explain(error);
      throw new StoreError(code, detail || undefined);
    }
  };
  return {
    async run(statement) {
      if (closing) throw new StoreError("STORE_CLOSED");
      return isThreads() && thread ? thread.run(statement) : runHere(statement);
    },
    move() {
      moving ??= moved().then((database) => {
        thread = database;
        isThreads();
      }, failed);
    },
    close() {
      closing ??= (async () => {
        await moving;
        if (file.isOpen) file.close();
        await thread?.close();
      })();
      return closing;
    },
  };
}

function openOrExplain(settings: OpenSettings) {
  try {
    return openFile(settings);
  } catch (error) {
    const { code, detail } = explain(error);
    throw new StoreError(code, detail);
  }
}
