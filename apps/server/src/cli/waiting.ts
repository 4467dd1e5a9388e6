import { createInvalidationClient, type InvalidationClient } from "@freshet/core";
import type { Call, Outcome } from "./command.ts";
import { keyOf, serverOf } from "./connection.ts";
import { CliError } from "./exits.ts";
import { waitForEnd } from "./wait.ts";

/** The invalidation API of the server that the call names. */
export interface Invalidations {
  readonly client: InvalidationClient;
  /** Waits for the end of one and shows its stages; see `waitForEnd`. */
  wait(uuid: string, timeoutMs: number): Promise<Outcome>;
}

/** @throws CliError where no key is given */
export async function openInvalidations(call: Call): Promise<Invalidations> {
  const endpoint = serverOf(call);
  const apiKey = await keyOf(call);
  if (apiKey === undefined)
    throw new CliError("REFUSED", "No key was sent: set FRESHET_API_KEY or FRESHET_API_KEY_FILE.", {
      code: "API_KEY_WRONG",
    });
  const stopping = new AbortController();
  let hurrying = Promise.withResolvers<void>();
  const send: typeof fetch = (input, init) =>
    call.io.fetch(withProject(String(input), call.option("project")), init);
  const client = createInvalidationClient({
    ...{ endpoint, apiKey, fetch: send },
    async sleep(milliseconds) {
      await Promise.race([rest(milliseconds, stopping.signal), hurrying.promise]);
      hurrying = Promise.withResolvers();
    },
  });
  return {
    client,
    wait: (uuid, timeoutMs) =>
      waitForEnd({
        ...{ client, uuid, timeoutMs, stopping, io: call.io },
        isShown: call.io.isWatched || !call.isOn("json"),
        events: (signal) =>
          send(`${endpoint}/invalidate/events?uuid=${encodeURIComponent(uuid)}`, {
            ...{ signal, redirect: "manual" },
            headers: { accept: "text/event-stream", "x-client-key": apiKey },
          }),
        hurry: () => hurrying.resolve(),
      }),
  };
}

function withProject(address: string, project: string | undefined): string {
  if (project === undefined) return address;
  const url = new URL(address);
  url.searchParams.set("project", project);
  return url.href;
}

function rest(milliseconds: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stop = () => {
    clearTimeout(timer);
    reject(signal.reason);
  };
  const timer = setTimeout(() => {
    signal.removeEventListener("abort", stop);
    resolve();
  }, milliseconds);
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop, { once: true });
  return promise;
}
