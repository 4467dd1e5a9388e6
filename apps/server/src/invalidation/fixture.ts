import { openStore, type Store, sql } from "@freshet/store";
import { at, newPlace } from "@freshet/store/testing";
import Fastify, { type FastifyInstance } from "fastify";
import { accessControl } from "../access/plugin.ts";
import { createPrincipals } from "../access/principals.ts";
import { Coverage } from "../cache/coverage.ts";
import type { Project, Projects } from "../projects/project.ts";
import { createProjects } from "../projects/projects.ts";
import { createInvalidation, type Invalidation } from "./invalidation.ts";
import { createMemoryDelivery, type MemoryDelivery } from "./memory-delivery.ts";
import type { MemoryNode } from "./memory-node.ts";
import type { InvalidationPorts } from "./ports.ts";
import { invalidationRoutes } from "./routes.ts";
import type { Tuning } from "./tuning.ts";

/** Waits that are long in life are short in tests; what is not tested is far away. */
const QUICK: Partial<Tuning> = {
  callMs: 300,
  tries: 3,
  backoff: { firstMs: 2, mostMs: 10 },
  rereadMs: 200,
  recheckAfterMs: [],
  leaseMs: 2_000,
  pollMs: 10,
  joinEveryMs: 10,
};

export const DEMO: Project & { readonly apiKey: string } = {
  name: "demo",
  apiKey: "client_demo",
  hosts: ["img.example.com"],
  aliases: {},
  prefix: undefined,
  tags: [],
  source: { allow: ["*"], allowPrivate: false, maxBytes: 1_000_000, timeoutMs: 1_000 },
  formats: ["webp"],
  forwardQuery: false,
  cache: { browser: 60, cdn: 60, revalidate: 86_400 },
  missingStatus: 404,
};
export const SHOP: typeof DEMO = { ...DEMO, name: "shop", apiKey: "client_shop", hosts: [] };

/** One boot of the invalidation on a database, with everything around it in memory. */
export interface Boot {
  readonly store: Store;
  readonly coverage: Coverage;
  readonly projects: Projects;
  /** Number of the newest invalidation that covers an original by its tag, or its whole project. */
  floor(project: string, tag: string): number;
  readonly delivery: MemoryDelivery;
  readonly invalidation: Invalidation;
  readonly logged: readonly { readonly event: string; readonly details: Readonly<Record<string, unknown>> }[];
  /** As a crash leaves it: the store is gone, nothing was finished. */
  crash(): Promise<void>;
  stop(): Promise<void>;
  count(table: string): Promise<number>;
}

/** The routes of a boot, with keys as the server checks them. */
export async function routesOf({ projects, invalidation }: Boot): Promise<FastifyInstance> {
  const app = Fastify();
  const keys = { principalOf: async () => undefined };
  const principals = createPrincipals({ projects, adminKey: undefined, keys, now: Date.now });
  accessControl(app, principals, projects);
  await app.register(invalidationRoutes(invalidation.api));
  return app;
}

/** An empty database of the engine that this run of the tests is about. */
export async function newFile(): Promise<string> {
  return newPlace();
}

export async function boot(
  file: string,
  nodes: readonly MemoryNode[] = [],
  more: Partial<InvalidationPorts> & { readonly list?: readonly Project[] } = {},
): Promise<Boot> {
  const store = await openStore(at(file));
  const coverage = new Coverage();
  const delivery = createMemoryDelivery(DEMO, coverage);
  const projects = createProjects(more.list ?? [DEMO, SHOP]);
  // As the server does: only an embedded database has one process. The boot before, if there was one, had the same name and is over.
  const instance = { name: "instance", role: "all", isAlone: !store.isShared, leaseMs: 1_000 } as const;
  const logged: { event: string; details: Readonly<Record<string, unknown>> }[] = [];
  const invalidation = createInvalidation({
    store,
    coverage,
    delivery,
    projects,
    drivers: nodes.map(({ driver }) => driver),
    instance,
    now: Date.now,
    log: (event, details) => logged.push({ event, details }),
    ...more,
    tuning: { ...QUICK, ...more.tuning },
  });
  return {
    store,
    coverage,
    projects,
    floor: (project, tag) => coverage.floor({ project, tag, name: `${project}/`, userTags: [] }),
    delivery,
    invalidation,
    logged,
    async crash() {
      await store.close();
      await invalidation.stop().catch(() => {});
    },
    async stop() {
      await invalidation.stop();
      await store.close();
    },
    async count(table) {
      const { rows } = await sql<{ n: number }>`select count(*) as n from ${sql.table(table)}`.execute(
        store.db,
      );
      return rows[0]?.n ?? 0;
    },
  };
}
