import { setTimeout as sleep } from "node:timers/promises";
import { type MovingOrigin, startMovingOrigin } from "../storm/moving-origin.ts";
import { EDGES, type Edge } from "../support/edges.ts";
import { type NginxOptions, startNginx } from "../support/nginx.ts";
import { type PostgresServer, postgresIsAway, startPostgres } from "../support/postgres.ts";
import { startVarnish, type VarnishOptions } from "../support/varnish.ts";
import { openDoor } from "./door.ts";
import { type FleetServer, startFleetServer } from "./fleet-server.ts";

/** Why a fleet cannot be started here, as part of a suite's name; undefined if it can. Throws with CI set. */
export const fleetIsMissing: string | undefined =
  postgresIsAway() ?? EDGES.map(({ missing }) => missing).find((each) => each !== undefined);

/** What the API is asked with. */
export const API_KEY = "client_0123456789abcdef";

export interface FleetOptions {
  readonly servers: number;
  readonly varnish: number;
  readonly nginx: number;
  /** 1,000 unless told, the shortest there is. */
  readonly leaseMs?: number;
  /** Of the origin, for each answer; see `startMovingOrigin`. */
  readonly delay?: (path: string) => number | Promise<void>;
  readonly half?: () => boolean;
  /** Milliseconds that an answer takes on its way from a server to a node; none unless told. */
  readonly transit?: () => number;
  /** The user's tags of the project `demo`. */
  readonly tags?: readonly { readonly match: string; readonly tag: string }[];
  /** Milliseconds after which a node asks the next server; 5,000 unless told. */
  readonly patienceMs?: number;
  /** Another build of the server, by its main.js, for the server at this place. */
  readonly main?: (place: number) => string | undefined;
  readonly vcl?: VarnishOptions["vcl"];
  readonly nginxChanges?: NginxOptions["changes"];
  /** Size of the dictionary of numbers in each nginx; see `startNginx`. */
  readonly nginxNumbers?: string;
}

/** One node, and the door behind it. */
export interface FleetNode extends Omit<Edge, "stop"> {
  readonly driver: "varnish" | "nginx";
  /** Which servers its fills are asked of, by place, the first one first. One alone: nothing is asked elsewhere. */
  lead(...order: readonly number[]): void;
  /** Fills and passed requests that each server answered it. */
  readonly answered: ReadonlyMap<number, number>;
  /** Resolves once it has its base number: until then it keeps nothing. */
  joined(): Promise<void>;
  /** What an nginx wrote to its log. */
  log(): string;
}

export interface Fleet {
  readonly servers: readonly FleetServer[];
  /** Those of Varnish first. */
  readonly nodes: readonly FleetNode[];
  readonly postgres: PostgresServer;
  /** Its paths begin with `/media/`, which the alias `_site_` of every server names. */
  readonly origin: MovingOrigin;
  /** Every address that answers visitors. */
  readonly places: readonly string[];
  readonly apis: readonly string[];
  /** Ends everything, in whatever state it is. */
  stop(): Promise<void>;
}

/**
 * Starts servers over one PostgreSQL and nodes in front of them, over loopback. Node i asks server i mod N first and the ones behind
 * it when that one is away, is silent or answers 503. Resolves when every node keeps what it fills.
 */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  await using started = new AsyncDisposableStack();
  const { patienceMs = 5_000, transit = () => 0 } = options;
  const all = Array.from({ length: options.servers }, (_, place) => place);
  const origin = await startMovingOrigin({
    delay: options.delay ?? (() => 0),
    half: options.half ?? (() => false),
  });
  started.defer(origin.close);
  const postgres = await startPostgres();
  started.defer(postgres.stop);

  const servers: FleetServer[] = [];
  const nodes: FleetNode[] = [];
  const addNode = async (driver: FleetNode["driver"], first: number) => {
    const order = all.map((place) => (place + first) % all.length);
    const ports = () => servers.map(({ port }) => port);
    const door = await openDoor({ ports, order, patienceMs, transit });
    started.defer(door.close);
    const { vcl, nginxChanges, nginxNumbers } = options;
    const edge =
      driver === "varnish"
        ? await startVarnish({ backendPort: door.port, ...(vcl === undefined ? {} : { vcl }) })
        : await startNginx({
            backendPort: door.port,
            ...(nginxChanges ? { changes: nginxChanges } : {}),
            ...(nginxNumbers ? { numbers: nginxNumbers } : {}),
          });
    started.defer(edge.stop);
    nodes.push({
      driver,
      url: edge.url,
      kill: edge.kill,
      restart: () => edge.restart(),
      lead: (...next) => door.lead(next),
      answered: door.answered,
      joined: () => joined(edge.url),
      log: "log" in edge ? edge.log : () => "",
    });
  };
  for (let place = 0; place < options.varnish; place += 1) await addNode("varnish", nodes.length);
  for (let place = 0; place < options.nginx; place += 1) await addNode("nginx", nodes.length);

  const urlsOf = (kind: FleetNode["driver"]) =>
    nodes.filter(({ driver }) => driver === kind).map(({ url }) => url);
  const config = {
    projects: {
      demo: {
        apiKey: API_KEY,
        origins: { allow: ["127.0.0.1"], allowPrivate: true },
        aliases: { _site_: `${origin.url}/media` },
        tags: options.tags ?? [],
      },
    },
    cdn: (["varnish", "nginx"] as const)
      .map((driver) => ({ driver, nodes: urlsOf(driver) }))
      .filter((each) => each.nodes.length > 0),
    leaseMs: options.leaseMs ?? 1_000,
    // On a busy machine a slow answer of the origin is not to become an error as well.
    limits: { originTimeoutMs: 30_000 },
  };
  const begun = await Promise.all(
    all.map(async (place) => {
      const main = options.main?.(place);
      const server = await startFleetServer({ config, postgres: postgres.url, main });
      started.defer(server.stop);
      return server;
    }),
  );
  servers.push(...begun);
  await Promise.all(nodes.map((node) => node.joined()));

  const whole = started.move();
  return {
    ...{ servers, nodes, postgres, origin },
    places: [...nodes, ...servers].map(({ url }) => url),
    apis: servers.map(({ url }) => url),
    stop: () => whole.disposeAsync(),
  };
}

const JOIN_MS = 30_000;

async function joined(node: string): Promise<void> {
  for (const begun = performance.now(); ; await sleep(50)) {
    const answer = await fetch(`${node}/v7/_site_/nothing.png`).catch(() => undefined);
    await answer?.arrayBuffer();
    const status = answer?.headers.get("cache-status") ?? "fence-unknown";
    if (!status.includes("fence-unknown")) return;
    if (performance.now() - begun > JOIN_MS) throw new Error(`${node} has not joined: ${status}`);
  }
}
