import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** A request to a maker's API as the fake received it. Names of headers are small. */
export interface ZoneRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What it was answered with; 0 where the answer was lost, or never came. */
  readonly status: number;
}

export interface ZoneReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/**
 * How the API behaves from now on. "denied": it knows these credentials no longer. "busy": 429, with Retry-After where seconds are given.
 * "broken": 500. "garbled": 200 with a page of somebody else. "partial": it confirms less than it was asked for, where the maker's answer
 * can say so. "lost": what is asked is carried out, and the answer never arrives. "hanging": nothing ever comes.
 */
export type Behaviour =
  | "well"
  | "denied"
  | "broken"
  | "garbled"
  | "partial"
  | "lost"
  | "hanging"
  | { readonly busy: number | undefined }
  | { readonly slowMs: number };

/** What a maker's fake adds to the common part. */
export interface ZoneMaker {
  readonly name: string;
  /** Refuses what the real API refuses, else carries it out by `cache` and answers as the real one does. */
  handle(
    request: Omit<ZoneRequest, "status">,
    cache: ZoneCache,
    how: { readonly isPartial: boolean },
  ): ZoneReply | Promise<ZoneReply>;
  /** The maker's answers when it knows the credentials no longer, and when it is asked too often. */
  readonly denied: ZoneReply;
  readonly busy: ZoneReply;
}

/** What the CDN keeps. */
export interface ZoneCache {
  purgeTags(tags: readonly string[]): void;
  purgeUrls(matches: (url: URL) => boolean): void;
  purgeOriginals(paths: readonly string[]): void;
}

/** A bought CDN in this process: its API with its bounds, and a cache that forgets what the API was told. */
export interface FakeZone {
  readonly name: string;
  readonly requests: readonly ZoneRequest[];
  /** The CDN keeps an answer under a URL, with the tags it carries. */
  put(object: { readonly url: string; readonly tags: readonly string[]; readonly original?: string }): void;
  has(url: string): boolean;
  behave(how: Behaviour): void;
  /** Reaches it without a socket. */
  readonly fetch: typeof globalThis.fetch;
  /** Reaches it by a socket. */
  listen(): Promise<{ readonly url: string; close(): Promise<void> }>;
}

interface Kept {
  readonly url: URL;
  readonly tags: ReadonlySet<string>;
  readonly original: string | undefined;
}

export function createFakeZone(maker: ZoneMaker): FakeZone {
  const requests: ZoneRequest[] = [];
  const objects = new Map<string, Kept>();
  /** By tag, so that a purge costs what it removes. */
  const tagged = new Map<string, Set<string>>();
  let behaviour: Behaviour = "well";
  const forget = (goes: (object: Kept) => boolean): void => {
    for (const [key, object] of objects) if (goes(object)) objects.delete(key);
  };
  const cache: ZoneCache = {
    purgeTags(tags) {
      for (const tag of tags) {
        for (const key of tagged.get(tag) ?? []) if (objects.get(key)?.tags.has(tag)) objects.delete(key);
        tagged.delete(tag);
      }
    },
    purgeUrls: (matches) => forget(({ url }) => matches(url)),
    purgeOriginals: (paths) => forget(({ original }) => original !== undefined && paths.includes(original)),
  };

  /** Undefined: no answer ever arrives. */
  async function answer(request: Omit<ZoneRequest, "status">): Promise<ZoneReply | undefined | "hanging"> {
    const how = behaviour;
    const reply = await replyTo(request, how);
    requests.push({ ...request, status: typeof reply === "object" && how !== "lost" ? reply.status : 0 });
    return how === "lost" ? undefined : reply;
  }
  async function replyTo(request: Omit<ZoneRequest, "status">, how: Behaviour) {
    if (how === "hanging") return "hanging";
    if (how === "denied") return maker.denied;
    if (how === "broken") return { status: 500, body: "<html>Internal error</html>" };
    if (how === "garbled") return { status: 200, body: "<html>Please sign in</html>" };
    if (typeof how === "object" && "busy" in how) {
      const headers = {
        ...maker.busy.headers,
        ...(how.busy === undefined ? {} : { "retry-after": `${how.busy}` }),
      };
      return { ...maker.busy, headers };
    }
    if (typeof how === "object") await new Promise((resolve) => setTimeout(resolve, how.slowMs));
    return maker.handle(request, cache, { isPartial: how === "partial" });
  }

  return {
    name: maker.name,
    requests,
    put: ({ url, tags, original }) => {
      const object = { url: new URL(url), tags: new Set(tags), original };
      objects.set(object.url.href, object);
      for (const tag of tags) {
        const known = tagged.get(tag) ?? new Set();
        tagged.set(tag, known.add(object.url.href));
      }
    },
    has: (url) => objects.has(new URL(url).href),
    behave: (how) => {
      behaviour = how;
    },
    async fetch(input, init = {}) {
      init.signal?.throwIfAborted();
      const url = new URL(String(input));
      const { body: sent } = init;
      const body = typeof sent === "string" ? sent : sent ? new TextDecoder().decode(sent as Uint8Array) : "";
      const headers = { host: url.host, ...Object.fromEntries(new Headers(init.headers)) };
      const reply = await answer({ method: init.method ?? "GET", url, headers, body });
      if (reply === undefined) throw new TypeError("fetch failed", { cause: { code: "ECONNRESET" } });
      if (reply === "hanging") {
        return new Promise((_, reject) => {
          init.signal?.addEventListener("abort", () => reject(init.signal?.reason), { once: true });
        });
      }
      return new Response(textOf(reply) || null, { status: reply.status, headers: reply.headers ?? {} });
    },
    async listen() {
      const server = createServer((request, response) => {
        void readBody(request).then(async (body) => {
          const { method = "GET", headers } = request;
          const url = new URL(request.url ?? "/", `http://${headers.host}`);
          const flat = Object.fromEntries(
            Object.entries(headers).map(([key, value]) => [key, String(value)]),
          );
          const reply = await answer({ method, url, headers: flat, body });
          if (reply === "hanging") return;
          if (reply === undefined) return void request.socket.destroy();
          response.writeHead(reply.status, { "content-type": "application/json", ...reply.headers });
          response.end(textOf(reply));
        });
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      return {
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        close: () =>
          new Promise<void>((resolve) => {
            server.closeAllConnections();
            server.close(() => resolve());
          }),
      };
    },
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const part of request.setEncoding("utf8")) body += part;
  return body;
}

function textOf({ body }: ZoneReply): string {
  return typeof body === "string" ? body : body === undefined ? "" : JSON.stringify(body);
}

/** A list of texts in a JSON body, which has this property and no other; undefined for anything else. */
export function listOf(body: string, ...names: readonly string[]): readonly string[] | undefined {
  const read = parse(body);
  if (typeof read !== "object" || read === null || Array.isArray(read)) return undefined;
  const keys = Object.keys(read);
  const [key] = keys;
  if (keys.length !== 1 || key === undefined || !names.includes(key)) return undefined;
  const list: unknown = Reflect.get(read, key);
  const isGood =
    Array.isArray(list) && list.length > 0 && list.every((each) => typeof each === "string" && each !== "");
  return isGood ? list : undefined;
}

export function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
