import type { Store } from "@freshet/store";
import type { FastifyInstance } from "fastify";

/** Ends an app and then its store, however often it is called. */
export function stopOnce(app: FastifyInstance, store: Store): () => Promise<void> {
  let ending: Promise<void> | undefined;
  const end = async () => {
    await app.close();
    await store.close();
  };
  return () => {
    ending ??= end();
    return ending;
  };
}
