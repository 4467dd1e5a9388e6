/** A small server to be killed: accepts what its parent sends, purges nodes that live in the parent. Started by crash.test.ts. */
import type { CdnDriver } from "@freshet/core";
import { boot, DEMO, routesOf } from "./fixture.ts";

const [file = ""] = process.argv.slice(2);
const send = (message: object): void => {
  process.send?.(message);
};

/** The parent answers with the number of the call. */
const calls = new Map<number, () => void>();
let next = 0;
const driver = (name: string): CdnDriver => ({
  name,
  ending: "fenced",
  limits: { batch: 16 },
  purgeTags: ({ sequence, tags }) =>
    new Promise((resolve) => {
      next += 1;
      calls.set(next, resolve);
      send({ purge: { call: next, name, sequence, tags } });
    }),
});

const made = await boot(file, [], { drivers: ["a", "b", "c"].map(driver), tuning: { callMs: 5_000 } });
await made.invalidation.start();
process.on(
  "message",
  (message: { readonly purged?: number; readonly accept?: { key: string; urls: string[] } }) => {
    if (message.purged !== undefined) calls.get(message.purged)?.();
    if (message.accept) {
      const { key, urls } = message.accept;
      void accept(key, urls);
    }
  },
);
send({ ready: made.coverage.applied });

const app = await routesOf(made);
async function accept(key: string, urls: readonly string[]): Promise<void> {
  const answer = await app.inject({
    method: "POST",
    url: "/invalidate",
    headers: { "x-client-key": DEMO.apiKey, "idempotency-key": key },
    payload: JSON.stringify({ scope: "original", urls }),
  });
  if (answer.statusCode === 201) send({ accepted: key, uuid: answer.json().invalidation.uuid });
}
