/** The thread that owns the database file: fsync and slow queries happen here, never on the event loop. */
import { DatabaseSync } from "node:sqlite";
import { parentPort, workerData } from "node:worker_threads";
import type { FromWorker, OpenSettings, StatementReply, ToWorker } from "./messages.ts";
import { createStatements, explain } from "./statements.ts";

/** Two processes that turn a new file into WAL at the same moment: SQLite refuses one of them without waiting. */
const OPEN_TRIES = 50;
const OPEN_PAUSE = 20;

function open({ file, busyTimeout }: OpenSettings): DatabaseSync {
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

function serve(port: NonNullable<typeof parentPort>): void {
  const send = (message: FromWorker): void => port.postMessage(message);
  let database: DatabaseSync;
  try {
    database = open(workerData);
  } catch (error) {
    send({ failed: explain(error) });
    return;
  }
  const run = createStatements(database);
  port.on("message", (message: ToWorker) => {
    if ("close" in message) {
      database.close();
      send({ closed: true });
      port.close();
      return;
    }
    const replies: StatementReply[] = [];
    for (const request of message.statements) {
      try {
        replies.push({ id: request.id, result: run(request) });
      } catch (error) {
        replies.push({ id: request.id, error: explain(error) });
      }
    }
    send({ replies });
  });
  send({ opened: true });
}

if (parentPort) serve(parentPort);
