import { Worker } from "node:worker_threads";
import { StoreError } from "../errors.ts";
import type { FromWorker, OpenSettings, StatementRequest, StatementResult, ToWorker } from "./messages.ts";

/** A database file in a thread of its own. */
export interface SqliteDatabase {
  /** Sends a statement; statements run in the order of the calls. Those of one turn of the event loop travel together. */
  run(statement: Omit<StatementRequest, "id">): Promise<StatementResult>;
  /** Finishes what was sent, then closes the file. May be called twice. */
  close(): Promise<void>;
}

interface Waiting {
  readonly resolve: (result: StatementResult) => void;
  readonly reject: (error: StoreError) => void;
}

/** Opens the file (made if missing; WAL, an fsync per commit). Rejects with a StoreError when that fails; `broken` is told
 * when the thread dies of itself later. */
export async function openSqlite(
  settings: OpenSettings,
  broken: (error: StoreError) => void,
): Promise<SqliteDatabase> {
  // The thread runs the file beside this one: TypeScript under tests, JavaScript when built.
  const entry = new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js", import.meta.url);
  const worker = new Worker(entry, { workerData: settings, execArgv: [], name: "freshet-store" });
  const waiting = new Map<number, Waiting>();
  let outgoing: StatementRequest[] = [];
  let next = 1;
  let ended: StoreError | undefined;
  let closing: Promise<void> | undefined;
  const opened = Promise.withResolvers<void>();
  const exited = Promise.withResolvers<void>();

  const end = (error: StoreError): void => {
    ended ??= error;
    opened.reject(ended);
    for (const { reject } of waiting.values()) reject(ended);
    waiting.clear();
  };
  worker.on("message", (message: FromWorker) => {
    if ("opened" in message) opened.resolve();
    else if ("failed" in message) end(new StoreError(message.failed.code, message.failed.detail));
    else if ("replies" in message) {
      for (const reply of message.replies) {
        const caller = waiting.get(reply.id);
        waiting.delete(reply.id);
        if ("result" in reply) caller?.resolve(reply.result);
        else caller?.reject(new StoreError(reply.error.code, reply.error.detail || undefined));
      }
    }
    // An idle store does not keep a process alive; a statement under way does.
    if (waiting.size === 0 && closing === undefined) worker.unref();
  });
  worker.on("error", (error) => {
    end(new StoreError("STORE_BROKEN", String(error), { cause: error }));
    broken(new StoreError("STORE_BROKEN", String(error), { cause: error }));
  });
  worker.on("exit", () => {
    end(new StoreError("STORE_CLOSED"));
    exited.resolve();
  });

  const flush = (): void => {
    const statements = outgoing;
    outgoing = [];
    if (ended === undefined && statements.length > 0) {
      worker.postMessage({ statements } satisfies ToWorker);
    }
  };
  await opened.promise;
  return {
    run(statement) {
      if (ended !== undefined || closing !== undefined)
        return Promise.reject(ended ?? new StoreError("STORE_CLOSED"));
      const { promise, resolve, reject } = Promise.withResolvers<StatementResult>();
      const id = next++;
      waiting.set(id, { resolve, reject });
      if (waiting.size === 1) worker.ref();
      outgoing.push({ id, ...statement });
      if (outgoing.length === 1) queueMicrotask(flush);
      return promise;
    },
    close() {
      closing ??= (async () => {
        flush();
        if (ended === undefined) {
          worker.ref();
          worker.postMessage({ close: true } satisfies ToWorker);
        }
        await exited.promise;
      })();
      return closing;
    },
  };
}
