import type { AnnounceOptions } from "./announce.ts";

const TIMEOUT_MS = 10_000;

/** Sends announcements to a Freshet; `apiKey` gives the key of a project and may look for it anew each time. */
export function announceTo(server: {
  readonly endpoint: string;
  readonly apiKey: (project: string) => Promise<string>;
  readonly fetch?: typeof fetch;
}): AnnounceOptions["send"] {
  const endpoint = server.endpoint.replace(/\/+$/, "");
  return async (project, id, announcement) => {
    const key = await server.apiKey(project);
    const path = `/connectors/${encodeURIComponent(id)}?project=${encodeURIComponent(project)}`;
    const response = await (server.fetch ?? fetch)(`${endpoint}${path}`, {
      method: "PUT",
      headers: { "x-client-key": key, "content-type": "application/json" },
      body: JSON.stringify(announcement),
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.body?.cancel();
    if (response.status !== 200)
      throw new Error(`${endpoint} answered ${response.status} to the announcement.`);
  };
}
