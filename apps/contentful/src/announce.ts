import type { Desk } from "@freshet/connector";
import type { ProjectPort } from "./project-port.ts";
import { sentence } from "./sentence.ts";

/** Seconds after which a connector that fell silent counts as away. */
const TTL_S = 90;
const EVERY_MS = 30_000;

/** Tells the server again and again that the connector of a space is there, and how it is. */
export function announceSpace(options: {
  readonly space: string;
  readonly project: ProjectPort;
  readonly inbox: Desk;
  /** Address of this connector's status API, where others reach it. */
  readonly statusUrl: string | undefined;
  readonly now: () => number;
  readonly log: (event: string, details: Readonly<Record<string, unknown>>) => void;
}): { stop(): void } {
  const { space, project, inbox, statusUrl, now, log } = options;
  let isHeard = true;

  const say = async () => {
    const { states, waiting } = await inbox.counts(space);
    const error = inbox.pullError(space);
    await project.announce(`contentful:${space}`, {
      kind: "contentful",
      state: error === undefined ? "running" : "failing",
      lag: waiting === undefined ? 0 : Math.max(0, Math.round((now() - waiting.since) / 1_000)),
      waiting: (states.received ?? 0) + (states.invalidating ?? 0),
      ttl: TTL_S,
      ...(statusUrl !== undefined && { status_url: statusUrl }),
      ...(error !== undefined && { note: error.slice(0, 500) }),
    });
  };
  const repeat = () => {
    say().then(
      () => {
        isHeard = true;
      },
      (thrown: unknown) => {
        // Once: a server that starts later is no news every half minute.
        if (isHeard) log("connector not announced", { space, reason: sentence(thrown) });
        isHeard = false;
      },
    );
  };
  repeat();
  const timer = setInterval(repeat, EVERY_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
