import { ShopifyAppError, sentenceOf } from "../errors.ts";

/** The public API of the Freshet server, as far as this app needs it beside invalidations. Rejects with `FRESHET_AWAY`. */
export interface Control {
  /** Whether each shop can get a project of its own. */
  readonly canMakeProjects: boolean;
  /** Makes a project; false if there is one of that name. */
  makeProject(name: string, origins: readonly string[]): Promise<boolean>;
  /** Whether there is a project of that name which fetches from this host. */
  fetchesFrom(name: string, host: string): Promise<boolean>;
  /** Brings the origins of a project that this app made up to date. */
  allowOrigins(name: string, origins: readonly string[]): Promise<void>;
  makeKey(project: string, name: string): Promise<{ readonly id: string; readonly key: string }>;
  revokeKey(project: string, id: string): Promise<void>;
  /** Serves the project's pictures, or sends whoever asks to Shopify. An older place than the last changes nothing. */
  setState(
    project: string,
    key: string,
    state: "served" | "redirect",
    place: number,
    cause: string,
  ): Promise<void>;
  /** Takes a connector from the server's list. */
  forget(project: string, key: string, id: string): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly etag: string | null;
}

const TIMEOUT_MS = 10_000;

export function createControl(options: {
  readonly server: string;
  readonly adminKey: string | undefined;
  /** The hosts of shops are on this machine. */
  readonly isLocal: boolean;
  readonly fetch?: typeof fetch;
}): Control {
  const { server, adminKey, isLocal } = options;
  const call = async (
    method: string,
    path: string,
    key: string | undefined,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> => {
    try {
      const response = await (options.fetch ?? fetch)(`${server}${path}`, {
        method,
        redirect: "manual",
        signal: AbortSignal.timeout(TIMEOUT_MS),
        headers: {
          accept: "application/json",
          ...(key !== undefined && { "x-client-key": key }),
          ...(body !== undefined && { "content-type": "application/json" }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      const read: unknown = text === "" ? {} : JSON.parse(text);
      return { status: response.status, body: read as Answer["body"], etag: response.headers.get("etag") };
    } catch (cause) {
      throw new ShopifyAppError("FRESHET_AWAY", sentenceOf(cause), { cause });
    }
  };
  const expect = (answer: Answer, what: string, ...statuses: readonly number[]): Answer => {
    if (statuses.includes(answer.status)) return answer;
    const { code, title, detail } = answer.body;
    throw new ShopifyAppError(
      "FRESHET_AWAY",
      `${what}: ${answer.status} ${code ?? ""} ${detail ?? title ?? ""}`.trim(),
    );
  };
  const named = (name: string) => `/projects/${encodeURIComponent(name)}`;
  const originsOf = (origins: readonly string[]) => ({
    allow: origins.map((origin) => new URL(origin).host),
    allowPrivate: isLocal,
    // Shopify's own caches go by v alone.
    versionParameter: "v",
  });

  return {
    canMakeProjects: adminKey !== undefined,
    async makeProject(name, origins) {
      const settings = { origins: originsOf(origins) };
      const answer = await call("POST", "/projects", adminKey, {
        name,
        settings,
        note: "Made by the Shopify app.",
      });
      return expect(answer, `project ${name}`, 201, 409).status === 201;
    },
    async fetchesFrom(name, host) {
      const { status, body } = expect(await call("GET", named(name), adminKey), `project ${name}`, 200, 404);
      const { origins } = (body.settings ?? {}) as {
        readonly origins?: { readonly allow?: readonly string[] };
      };
      return status === 200 && origins?.allow?.includes(host) === true;
    },
    async allowOrigins(name, origins) {
      const read = expect(await call("GET", named(name), adminKey), `project ${name}`, 200);
      const settings = read.body.settings as Readonly<Record<string, unknown>>;
      const before = (settings.origins ?? {}) as { readonly allow?: readonly string[] };
      const wanted = originsOf(origins);
      if (wanted.allow.every((host) => before.allow?.includes(host))) return;
      const allow = [...new Set([...(before.allow ?? []), ...wanted.allow])];
      const next = { ...settings, origins: { ...before, ...wanted, allow } };
      const headers = { "if-match": read.etag ?? "" };
      const note = "The shop has other domains.";
      expect(
        await call("PUT", named(name), adminKey, { settings: next, note }, headers),
        `project ${name}`,
        200,
      );
    },
    async makeKey(project, name) {
      const answer = await call("POST", `${named(project)}/keys`, adminKey, { name, right: "write" });
      const { id, key } = expect(answer, `key of ${project}`, 201).body;
      return { id: String(id), key: String(key) };
    },
    async revokeKey(project, id) {
      expect(
        await call("DELETE", `${named(project)}/keys/${encodeURIComponent(id)}`, adminKey),
        `key of ${project}`,
        204,
        404,
      );
    },
    async setState(project, key, state, place, cause) {
      const body = { state, scope: "all", place, cause: { kind: "shopify", id: cause } };
      expect(await call("POST", `${named(project)}/states`, key, body), `state of ${project}`, 200);
    },
    async forget(project, key, id) {
      const path = `/connectors/${encodeURIComponent(id)}?project=${encodeURIComponent(project)}`;
      expect(await call("DELETE", path, key), `connector of ${project}`, 204, 404);
    },
  };
}
