import { type ConnectedSite, createStatesClient } from "@freshet/connector";
import { type ApiKey, readApiKey } from "@freshet/connector/config";
import { createInvalidationClient } from "@freshet/core";

/** The project that delivers a space's pictures, with whatever key holds now. */
export interface ProjectPort {
  readonly project: string;
  readonly invalidations: ConnectedSite<unknown>["invalidations"];
  readonly states: NonNullable<ConnectedSite<unknown>["states"]>;
  /** The key and where it comes from: what was set from within Contentful goes before the configuration. */
  key(): Promise<{ readonly text: string; readonly from: "app" | "file" } | undefined>;
  /** Tries a key out; undefined is well, else why it is not. */
  check(key: string): Promise<string | undefined>;
}

export interface ProjectPortOptions {
  readonly server: string;
  readonly project: string;
  /** Of the configuration. */
  readonly apiKey: ApiKey | undefined;
  /** Set from within Contentful. */
  readonly ownKey: () => Promise<string | undefined>;
}

const TIMEOUT_MS = 10_000;

export function createProjectPort(options: ProjectPortOptions): ProjectPort {
  const { server: endpoint, project, apiKey } = options;
  const key: ProjectPort["key"] = async () => {
    const own = await options.ownKey();
    if (own !== undefined) return { text: own, from: "app" };
    if (apiKey === undefined) return undefined;
    // The server makes it at its first start: each attempt looks again.
    const text = await readApiKey(apiKey);
    return text === undefined ? undefined : { text, from: "file" };
  };
  const needed = async (): Promise<string> => {
    const found = await key();
    if (found === undefined)
      throw new Error(
        `Project ${project} has no API key yet. Enter one on the app's configuration page, or start Freshet.`,
      );
    return found.text;
  };
  return {
    project,
    key,
    invalidations: {
      invalidate: async (request, how) =>
        createInvalidationClient({ endpoint, apiKey: await needed() }).invalidate(request, how),
      status: async (uuid) => createInvalidationClient({ endpoint, apiKey: await needed() }).status(uuid),
    },
    states: {
      write: async (wish) => createStatesClient({ endpoint, project, apiKey: await needed() }).write(wish),
    },
    async check(text) {
      try {
        const response = await fetch(`${endpoint}/projects/${encodeURIComponent(project)}/states?limit=1`, {
          headers: { "x-client-key": text },
          redirect: "manual",
          signal: AbortSignal.timeout(TIMEOUT_MS),
        });
        await response.body?.cancel();
        if (response.status === 200) return undefined;
        if (response.status === 401 || response.status === 403)
          return `The server refused the key for project ${project} (${response.status}).`;
        if (response.status === 404) return `The server knows no project ${project} for this key.`;
        return `The server answered ${response.status}.`;
      } catch (cause) {
        throw new Error("The Freshet server does not answer.", { cause });
      }
    },
  };
}
