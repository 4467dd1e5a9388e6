import { randomUUID } from "node:crypto";
import type { Store } from "@freshet/store";
import type { FastifyInstance } from "fastify";
import { DeliveryRequests } from "../delivery/request.ts";
import type { Projects } from "../projects/project.ts";
import { acceptList } from "./accept.ts";
import { WARM_UP_MIGRATIONS, WARM_UP_OWNER, type WarmUpTables } from "./migrations.ts";
import type { Ended } from "./results.ts";
import { warmUpRoutes } from "./routes.ts";
import { type WarmParts, warm } from "./warm.ts";
import { createWarmUps } from "./warm-ups.ts";
import { createWarmUpWorker, laneQueue, openLanes, WARM_UP_TUNING, type WarmUpTuning } from "./worker.ts";

/** Pictures made before anybody asks for them. */
export interface WarmUp {
  /** A fastify plugin: the routes of the API. */
  readonly routes: (app: FastifyInstance) => Promise<void>;
  migrate(): Promise<void>;
  /** URLs that wait, in the whole installation. */
  waiting(): Promise<number>;
  /** Begins to work off what waits, if this instance delivers. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** `delivery` is absent where this instance serves no pictures: then others work off what it takes. */
export function createWarmUp(parts: {
  readonly store: Store;
  readonly projects: Projects;
  readonly delivery: WarmParts | undefined;
  readonly perSecond: number;
  readonly tuning?: Partial<WarmUpTuning> | undefined;
  readonly isAlone: boolean;
  readonly ended: (ended: Ended) => void;
  readonly now: () => number;
  readonly log: (event: string, details: Readonly<Record<string, unknown>>) => void;
}): WarmUp {
  const { store, projects, delivery, isAlone, ended, now, log } = parts;
  const db = store.db.$extendTables<WarmUpTables>();
  const tuning = { ...WARM_UP_TUNING, perSecond: parts.perSecond, ...parts.tuning };
  const queue = laneQueue(store, randomUUID(), tuning.leaseMs, now);
  const warmUps = createWarmUps(db, now);
  const worker =
    delivery &&
    createWarmUpWorker({
      ...{ store, queue, warmUps, ended, isAlone, tuning, now, log },
      warm: (url, take, signal) => warm(delivery, url, take, signal),
    });
  return {
    routes: warmUpRoutes({
      ...{ projects, warmUps, log },
      async add(list, whose, by) {
        // Readings of its own: ten thousand of them would push those of visitors out.
        const requests = new DeliveryRequests(projects, now);
        const taken = await acceptList(db, list, { ...whose, projects, requests }, { by, now: now() });
        await openLanes(db, taken.origins).catch((error) =>
          log("lanes are opened later", { error: String(error) }),
        );
        queue.announce();
        return taken;
      },
    }),
    migrate: () => store.migrate(WARM_UP_OWNER, WARM_UP_MIGRATIONS),
    waiting: () => warmUps.waiting(),
    start: async () => worker?.start(),
    stop: async () => worker?.stop(),
  };
}
