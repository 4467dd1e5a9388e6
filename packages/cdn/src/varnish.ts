import type { CdnDriver, Probe, ProbeRequest } from "@freshet/core";
import { type Dispatcher, Pool } from "undici";
import { cacheOf } from "./cache-status.ts";
import { CdnError } from "./errors.ts";

/** One Varnish that runs Freshet's VCL (edge/varnish/freshet.vcl). */
export interface VarnishOptions {
  /** Base URL of the node itself, e.g. "http://127.0.0.1:6081"; never a balancer in front of several. */
  readonly node: string;
  /** Longest wait for one answer in milliseconds; 5,000 unless told. */
  readonly timeoutMs?: number;
  /** Where requests go instead of the node's own connection pool. */
  readonly dispatcher?: Dispatcher;
}

/**
 * Tags per purge. A tag with its generation takes at most 36 characters, so the header stays under 5 kB of the 8 kB that
 * Varnish reads (http_req_hdr_len).
 */
const BATCH = 128;
const CONNECTIONS = 8;
/** Varnish closes idle connections after 5 s (timeout_idle); ours must go first or a purge meets a closing one. */
const KEEP_ALIVE_MS = 2_000;

interface Answer {
  readonly status: number;
  header(name: string): string | undefined;
}

/**
 * Drives one Varnish node. Its purges are fenced: the node refuses every answer that is older than the newest purge of one of
 * its tags, on store and on use, so that a resolved purge holds for fills in flight as well.
 */
export function createVarnishDriver(options: VarnishOptions): CdnDriver {
  const origin = originOf(options.node);
  const name = `varnish ${origin}`;
  const timeoutMs = options.timeoutMs ?? 5_000;
  const dispatcher =
    options.dispatcher ?? new Pool(origin, { connections: CONNECTIONS, keepAliveTimeout: KEEP_ALIVE_MS });

  async function ask(
    method: string,
    path: string,
    headers: Record<string, string>,
    signal: AbortSignal,
  ): Promise<Answer> {
    signal.throwIfAborted();
    const late = AbortSignal.timeout(timeoutMs);
    try {
      const response = await dispatcher.request({
        origin,
        path,
        method,
        headers,
        signal: AbortSignal.any([signal, late]),
      });
      await response.body.dump();
      return {
        status: response.statusCode,
        header: (wanted) => [response.headers[wanted]].flat().at(-1),
      };
    } catch (error) {
      signal.throwIfAborted();
      if (late.aborted) throw new CdnError("NODE_SLOW", name, `${timeoutMs} ms`, { cause: error });
      throw new CdnError("NODE_UNREACHABLE", name, reasonOf(error), { cause: error });
    }
  }

  /** The header that only our VCL sets proves that it was our VCL that answered. */
  async function control(
    method: string,
    path: string,
    headers: Record<string, string>,
    proof: string,
    signal: AbortSignal,
  ): Promise<string> {
    const { status, header } = await ask(method, path, headers, signal);
    if (status === 403) throw new CdnError("NODE_REFUSED", name);
    if (status === 400) throw new CdnError("PURGE_UNREADABLE", name);
    const value = header(proof);
    if (status !== 200 || value === undefined)
      throw new CdnError("NODE_STRANGE", name, `${method} gave ${status}`);
    return value;
  }

  async function purge(sequence: number, tags: readonly string[], signal: AbortSignal): Promise<void> {
    if (tags.length > BATCH) throw new CdnError("PURGE_TOO_LARGE", name, `${tags.length} of ${BATCH}`);
    if (tags.length === 0) return;
    const headers = { "freshet-sequence": String(sequence), "freshet-purge-tags": tags.join(" ") };
    await control("PURGE", "/", headers, "freshet-purged", signal);
  }

  return {
    name,
    ending: "fenced",
    limits: { batch: BATCH },
    purgeTags: ({ sequence, tags }, signal) => purge(sequence, tags, signal),
    purgeProject: ({ sequence, tag }, signal) => purge(sequence, [tag], signal),
    async probe(request: ProbeRequest, signal): Promise<Probe> {
      const headers: Record<string, string> = {};
      if (request.host !== undefined) headers.host = request.host;
      if (request.accept !== undefined) headers.accept = request.accept;
      const { status, header } = await ask("GET", request.path, headers, signal);
      const stamp = header("freshet-stamp");
      return {
        status,
        stamp: stamp !== undefined && /^\d{1,15}$/.test(stamp) ? Number(stamp) : undefined,
        etag: header("etag"),
        cache: cacheOf(header("cache-status")),
      };
    },
    async join(head, signal) {
      const was = await control(
        "FRESHET",
        "/join",
        { "freshet-base": String(head) },
        "freshet-fence",
        signal,
      );
      if (was !== "joined" && was !== "known") throw new CdnError("NODE_STRANGE", name, `join gave "${was}"`);
      return was;
    },
  };
}

function originOf(node: string): string {
  const url = URL.canParse(node) ? new URL(node) : undefined;
  if (url?.protocol !== "http:" && url?.protocol !== "https:") {
    throw new TypeError(`"${node}" is not the address of a node. Write it like "http://127.0.0.1:6081".`);
  }
  return url.origin;
}

function reasonOf(error: unknown): string {
  const { code, message } = error as { readonly code?: string; readonly message?: string };
  return code ?? message ?? String(error);
}
