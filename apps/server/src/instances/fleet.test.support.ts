import { mkdir, mkdtemp } from "node:fs/promises";
import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CdnDriver, InvalidationEntry } from "@freshet/core";
import { openStore, type Store } from "@freshet/store";
import { at, newPlace } from "@freshet/store/testing";
import { loadConfig } from "../config.ts";
import type { Tuning } from "../invalidation/tuning.ts";
import type { SecretBox } from "../projects/sealed.ts";
import { createServer, type Server } from "../server.ts";
import type { WarmUpTuning } from "../warmup/worker.ts";
import type { InstanceView } from "./instances.ts";
import type { InstancePorts } from "./ports.ts";

const KEY = "client_0123456789abcdef";
/** Key of the whole installation. */
const ADMIN_KEY = "admin_0123456789abcdef";
/** Leases are short in tests, and everything that has to happen within one is quick. */
export const LEASE_MS = 1_000;

const QUICK: Partial<Tuning> = {
  callMs: 1_000,
  tries: 3,
  backoff: { firstMs: 5, mostMs: 20 },
  rereadMs: 300,
  recheckAfterMs: [],
  leaseMs: 1_000,
  pollMs: 20,
  joinEveryMs: 50,
  followMs: 20,
  acknowledgedMs: 10,
  demandMs: 300,
};

const QUICK_WARM_UP: Partial<WarmUpTuning> = {
  perSecond: 1_000,
  leaseMs: 1_000,
  pollMs: 20,
  backoff: { firstMs: 5, mostMs: 20 },
};

export interface Sent {
  readonly body?: unknown;
  /** "" sends none. */
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Replied {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects
  readonly body: any;
}

export interface Answer {
  readonly status: number;
  /** Which version of the original the bytes are; undefined for anything else. */
  readonly version: number | undefined;
  readonly stamp: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly tags: readonly string[];
}

/** One real server of several over one store, in this process. */
export interface Instance {
  readonly name: string;
  readonly server: Server;
  readonly store: Store;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** Everything it does by itself stands still; requests are answered, as those are that came in while a process stood still. */
  freeze(how?: "clocks go on" | "clocks stand still"): void;
  thaw(): void;
  invalidate(...urls: string[]): Promise<string>;
  entry(uuid: string): Promise<InvalidationEntry>;
  ended(uuid: string, withinMs?: number): Promise<InvalidationEntry>;
  instances(): Promise<readonly InstanceView[]>;
  /** Asks the API, with the key of the installation where no other is given. */
  ask(method: "GET" | "POST" | "PUT" | "DELETE", url: string, sent?: Sent): Promise<Replied>;
  /** Signs off and stops. */
  stop(): Promise<void>;
  /** As kill -9 leaves it: the store is gone, nothing was given back. */
  crash(): Promise<void>;
}

export interface Fleet {
  /** New bytes under the path at the origin; answers their version. */
  publish(path: string): number;
  /** The origin holds back its answers for the path, having chosen the bytes, until the function is called. */
  hold(path: string): () => void;
  readonly fetches: () => number;
  /** Address of the origin. */
  readonly origin: string;
  start(options?: StartOptions): Promise<Instance>;
  stop(): Promise<void>;
}

export interface StartOptions extends Partial<Pick<InstancePorts, "role" | "leaseMs">> {
  readonly name?: string;
  readonly drivers?: readonly CdnDriver[];
  /** Absent: an empty one. */
  readonly folder?: string;
  /** What the configuration says of projects, given the origin; absent: the project demo. */
  readonly projects?: (origin: string) => object;
  /** The only process on the store. */
  readonly isAlone?: boolean;
  readonly box?: SecretBox;
  readonly tuning?: Partial<Tuning>;
  readonly warmUpTuning?: Partial<WarmUpTuning>;
  /** Where analytics are kept; absent: in a file of the folder. */
  readonly statsPlace?: string;
  /** Where connectors may be asked; absent: where the configuration's default says. */
  readonly connectorAddresses?: readonly string[];
  /** What the configuration says of the console. */
  readonly console?: object;
}

export async function newFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), "freshet-instance-"));
}

export async function startFleet(): Promise<Fleet> {
  const place = await newPlace();
  const origin = await startOrigin();
  const running = new Set<Instance>();
  return {
    publish: origin.publish,
    hold: origin.hold,
    fetches: () => origin.fetches,
    origin: origin.url,
    async start(options = {}) {
      const instance = await startInstance(place, origin.url, options, (gone) => running.delete(gone));
      running.add(instance);
      return instance;
    },
    async stop() {
      await Promise.all([...running].map((instance) => instance.stop()));
      origin.server.closeAllConnections();
      origin.server.close();
    },
  };
}

async function startInstance(
  place: string,
  origin: string,
  options: StartOptions,
  gone: (instance: Instance) => void,
): Promise<Instance> {
  const folder = options.folder ?? (await newFolder());
  const section = { apiKey: KEY, aliases: { _site_: origin }, origins: { allowPrivate: true }, formats: [] };
  const projects = options.projects?.(origin) ?? { demo: section };
  const connectors = options.connectorAddresses && { addresses: options.connectorAddresses };
  const file = JSON.stringify({
    projects,
    log: "silent",
    adminKey: ADMIN_KEY,
    connectors,
    ...consoleOf(options),
  });
  await mkdir(folder, { recursive: true });
  const config = await loadConfig({
    env: { FRESHET_CONFIG: "fleet.json", FRESHET_DATA: folder },
    cwd: folder,
    readFile: async () => file,
  });
  const store = await openStore(at(place));
  const clocks = createClocks();
  let frozen: PromiseWithResolvers<void> | undefined;
  const server = await createServer(config, {
    drivers: options.drivers ?? [],
    store,
    ...(options.statsPlace === undefined ? {} : { openStats: () => openStore(at(options.statsPlace ?? "")) }),
    tuning: { ...QUICK, ...options.tuning },
    warmUpTuning: { ...QUICK_WARM_UP, ...options.warmUpTuning },
    ...(options.box ? { box: options.box } : {}),
    instance: {
      isAlone: options.isAlone ?? false,
      leaseMs: options.leaseMs ?? LEASE_MS,
      role: options.role ?? "all",
      ...(options.name === undefined ? {} : { name: options.name }),
      clocks,
      paused: async () => frozen?.promise,
    },
  });
  await server.start();
  const api = async (method: "GET" | "POST", url: string, payload?: object) => {
    const answer = await server.app.inject({
      method,
      url,
      headers: { "x-client-key": KEY },
      ...(payload ? { payload: JSON.stringify(payload) } : {}),
    });
    return answer.json();
  };
  const thaw = () => {
    clocks.go();
    frozen?.resolve();
    frozen = undefined;
  };
  const instance: Instance = {
    name: options.name ?? "",
    server,
    store,
    async get(path, headers = {}) {
      const answer = await server.app.inject({ url: `/v7/_site_${path}`, headers });
      const tags = String(answer.headers.xkey ?? "")
        .split(" ")
        .filter(Boolean);
      return {
        status: answer.statusCode,
        version: versionOf(answer.rawPayload),
        stamp: Number(answer.headers["freshet-stamp"]),
        headers: answer.headers,
        tags,
      };
    },
    freeze(how = "clocks go on") {
      frozen ??= Promise.withResolvers<void>();
      if (how === "clocks stand still") clocks.stand();
    },
    thaw,
    async invalidate(...urls) {
      const paths = urls.map((url) => `/_site_${url}`);
      const body = urls.length === 0 ? { scope: "all" } : { scope: "original", urls: paths };
      return (await api("POST", "/invalidate", body)).invalidation.uuid;
    },
    entry: async (uuid) => (await api("GET", `/invalidate/${uuid}`)).invalidation,
    async ended(uuid, withinMs = 30_000) {
      for (const begun = performance.now(); ; ) {
        const entry = await instance.entry(uuid);
        if (["DONE", "ERROR", "ERROR_CDN_NODE"].includes(entry.status)) return entry;
        if (performance.now() - begun > withinMs) throw new Error(`still ${entry.status}`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    async ask(method, url, { body, key = ADMIN_KEY, headers = {} } = {}) {
      const answer = await server.app.inject({
        method,
        url,
        headers: {
          ...(key === "" ? {} : { authorization: `Bearer ${key}` }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { payload: typeof body === "string" ? body : JSON.stringify(body) }),
      });
      const { statusCode: status, payload } = answer;
      return { status, headers: answer.headers, body: payload === "" ? undefined : JSON.parse(payload) };
    },
    instances: async () => (await api("GET", "/instances")).instances,
    async stop() {
      gone(instance);
      thaw();
      await server.stop();
    },
    async crash() {
      gone(instance);
      frozen ??= Promise.withResolvers<void>();
      await store.close();
      thaw();
      await server.stop().catch(() => {});
    },
  };
  return instance;
}

const consoleOf = ({ console }: StartOptions) => (console ? { console } : {});

/** Clocks that can stand still, as in a machine that sleeps, and do not know of it afterwards. */
function createClocks() {
  let lost = 0;
  let since: number | undefined;
  const gone = () => lost + (since === undefined ? 0 : performance.now() - since);
  return {
    wall: () => Date.now() - gone(),
    monotonic: () => performance.now() - gone(),
    stand: () => {
      since ??= performance.now();
    },
    go: () => {
      lost = gone();
      since = undefined;
    },
  };
}

/** Pictures of one pixel, of another shade for each version: what the bytes are is read from them. */
const pictures = Array.from({ length: 256 }, (_, shade) =>
  Buffer.concat([
    Buffer.from("47494638396101000100800000", "hex"),
    Buffer.from([shade, 0, 0, 255, 255, 255]),
    Buffer.from("2c00000000010001000002024401003b", "hex"),
  ]),
);
const versions = new Map(pictures.map((bytes, version) => [bytes.toString("base64"), version]));

function versionOf(bytes: Buffer): number | undefined {
  return versions.get(bytes.toString("base64"));
}

interface Origin extends Pick<Fleet, "publish" | "hold"> {
  readonly server: HttpServer;
  readonly url: string;
  readonly fetches: number;
}

async function startOrigin(): Promise<Origin> {
  const current = new Map<string, number>();
  const gates = new Map<string, Promise<void>>();
  let fetches = 0;
  const server = createHttpServer(async (request, response) => {
    const path = request.url ?? "/";
    fetches += 1;
    const bytes = pictures[current.get(path) ?? 0];
    await gates.get(path);
    response.writeHead(200, { "content-type": "image/gif" }).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    server,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get fetches() {
      return fetches;
    },
    publish(path) {
      const version = (current.get(path) ?? 0) + 1;
      current.set(path, version);
      return version;
    },
    hold(path) {
      const gate = Promise.withResolvers<void>();
      gates.set(path, gate.promise);
      return () => {
        gates.delete(path);
        gate.resolve();
      };
    },
  };
}
