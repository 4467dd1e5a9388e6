import type { CdnDriver, Probe, ProbeRequest, Recent } from "@freshet/core";
import { type Dispatcher, Pool } from "undici";
import { cacheOf } from "./cache-status.ts";
import { CdnError } from "./errors.ts";

/** One node that runs an edge configuration of Freshet's. */
export interface NodeOptions {
  /** Base URL of the node itself, e.g. "http://127.0.0.1:6081"; never a balancer in front of several. */
  readonly node: string;
  /** Longest wait for one answer in milliseconds; 5,000 unless told. */
  readonly timeoutMs?: number;
  /** Where requests go instead of the node's own connection pool. */
  readonly dispatcher?: Dispatcher;
}

/** What differs between the kinds of nodes that take Freshet's control requests. */
export interface NodeKind {
  /** First word of the driver's name. */
  readonly kind: string;
  /** Tags per purge. */
  readonly batch: number;
  /** How long a connection is kept idle: shorter than the node keeps it, or a purge meets a closing one. */
  readonly keepAliveMs: number;
  /** File that lists who may send control requests. */
  readonly purgers: string;
}

const CONNECTIONS = 8;

interface Answer {
  readonly status: number;
  header(name: string): string | undefined;
}

interface Controlled extends Pick<Answer, "header"> {
  /** What the header said that proves who answered. */
  readonly value: string;
}

/**
 * Drives one node by the control requests that Freshet's own edges take: PURGE with tags and a number, FRESHET /join with the
 * base number. Such a node refuses every answer that is older than the newest purge of one of its tags, on store and on use, so
 * that a resolved purge holds for fills in flight as well.
 */
export function createControlledDriver(kind: NodeKind, options: NodeOptions): CdnDriver {
  const origin = originOf(options.node);
  const name = `${kind.kind} ${origin}`;
  const timeoutMs = options.timeoutMs ?? 5_000;
  const dispatcher =
    options.dispatcher ?? new Pool(origin, { connections: CONNECTIONS, keepAliveTimeout: kind.keepAliveMs });

  async function ask(
    method: string,
    path: string,
    headers: Record<string, string>,
    signal: AbortSignal,
    isWhole = false,
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
      await response.body.dump(isWhole ? { limit: Number.MAX_SAFE_INTEGER } : undefined);
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

  /** The header that only our configuration sets proves that it was ours that answered. */
  async function control(
    method: string,
    path: string,
    headers: Record<string, string>,
    proof: string,
    signal: AbortSignal,
  ): Promise<Controlled> {
    const { status, header } = await ask(method, path, headers, signal);
    if (status === 403) throw new CdnError("NODE_REFUSED", name, kind.purgers);
    if (status === 400) throw new CdnError("PURGE_UNREADABLE", name);
    const value = header(proof);
    if (status !== 200 || value === undefined)
      throw new CdnError("NODE_STRANGE", name, `${method} gave ${status}`);
    return { value, header };
  }

  async function purge(
    sequence: number,
    tags: readonly string[],
    signal: AbortSignal,
    life: Record<string, string> = {},
  ): Promise<void> {
    if (tags.length > kind.batch)
      throw new CdnError("PURGE_TOO_LARGE", name, `${tags.length} of ${kind.batch}`);
    if (tags.length === 0) return;
    const headers = { "freshet-sequence": String(sequence), "freshet-purge-tags": tags.join(" "), ...life };
    await control("PURGE", "/", headers, "freshet-purged", signal);
  }

  /**
   * All of it to one life of the node, which refuses if it was started anew meanwhile. It was read after that life began, so
   * nothing that an earlier one acknowledged is missing.
   */
  async function handOver({ head, since, tags }: Recent, life: string, signal: AbortSignal) {
    const same = { "freshet-life": life };
    for (let at = 0; at < tags.length; at += kind.batch) {
      await purge(head, tags.slice(at, at + kind.batch), signal, same);
    }
    const headers = { "freshet-base": String(since), "freshet-sequence": String(head), ...same };
    return control("FRESHET", "/join", headers, "freshet-fence", signal);
  }

  return {
    name,
    ending: "fenced",
    limits: { batch: kind.batch },
    purgeTags: ({ sequence, tags }, signal) => purge(sequence, tags, signal),
    purgeProject: ({ sequence, tag }, signal) => purge(sequence, [tag], signal),
    async probe(request: ProbeRequest, signal): Promise<Probe> {
      const headers: Record<string, string> = {};
      if (request.host !== undefined) headers.host = request.host;
      if (request.accept !== undefined) headers.accept = request.accept;
      const { status, header } = await ask("GET", request.path, headers, signal, request.isWhole);
      return {
        status,
        stamp: numberOf(header("freshet-stamp")),
        etag: header("etag"),
        cache: cacheOf(header("cache-status")),
      };
    },
    async join(head, signal, recent) {
      const offer = { "freshet-base": String(head), ...(recent ? { "freshet-recent": "offered" } : {}) };
      let { value: was, header } = await control("FRESHET", "/join", offer, "freshet-fence", signal);
      const life = header("freshet-life");
      if (was === "asks" && recent && life !== undefined) {
        ({ value: was, header } = await handOver(await recent(), life, signal));
      }
      if (was !== "joined" && was !== "known") throw new CdnError("NODE_STRANGE", name, `join gave "${was}"`);
      const newest = numberOf(header("freshet-newest"));
      return newest === undefined ? { was } : { was, newest };
    },
  };
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
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
