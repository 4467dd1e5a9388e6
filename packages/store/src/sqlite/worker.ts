/** The thread that owns the database file: fsync and slow queries happen here, never on the event loop. */
import type { DatabaseSync } from "node:sqlite";
import { parentPort, workerData } from "node:worker_threads";
import type { FromWorker, StatementReply, ToWorker } from "./messages.ts";
import { openFile } from "./open.ts";
import { createStatements, explain } from "./statements.ts";

function serve(port: NonNullable<typeof parentPort>): void {
  const send = (message: FromWorker): void => port.postMessage(message);
  let database: DatabaseSync;
  try {
    database = openFile(workerData);
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
