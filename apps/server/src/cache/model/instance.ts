import { DEFAULT_LIMITS } from "@freshet/core/resize";
import { codeOf, Delivery, memoryKeyOf } from "../../delivery/deliver.ts";
import { RecentUrls } from "../../delivery/recent-urls.ts";
import { DeliveryRequests } from "../../delivery/request.ts";
import { createDeliveryPort } from "../../delivery/reread.ts";
import type { Delivery as DeliveryPort } from "../../invalidation/ports.ts";
import { describeOriginal } from "../../projects/originals.ts";
import type { Project } from "../../projects/project.ts";
import { createProjects } from "../../projects/projects.ts";
import { Answers } from "../answers.ts";
import { Coverage } from "../coverage.ts";
import type { Mark } from "../mark.ts";
import { Originals } from "../originals.ts";
import { Records } from "../records.ts";
import type { RenderQueue } from "../render-queue.ts";
import type { Shelf as SharedShelf } from "../shared/shared-tier.ts";
import { Variants } from "../variants.ts";
import { diskOf, type Shelf } from "./disk.ts";
import type { Origin, Reading } from "./origin.ts";
import type { Picture, Pictures } from "./pictures.ts";
import type { Schedule } from "./schedule.ts";

/** The tag that the first original has. */
export const TAG = "pets";

export const PROJECT: Project = {
  name: "demo",
  apiKey: "client_0123456789abcdef",
  hosts: [],
  aliases: {},
  prefix: undefined,
  tags: [{ match: "/a.png", tag: TAG }],
  source: { allow: ["h.example"], allowPrivate: false, maxBytes: 10_000, timeoutMs: 600_000 },
  formats: ["webp"],
  forwardQuery: true,
  cache: { browser: 60, cdn: 31_536_000, revalidate: 100 },
  missingStatus: 404,
  origins: { headers: [], staleIfError: 5, staleWhileRevalidate: 8, rememberMissing: 10 },
};
const HOST = "demo.example";
const RECENT = new RecentUrls();
const REQUESTS = new DeliveryRequests(createProjects([PROJECT]));

/** An answer of the server, as a node or a client reads it. */
export interface Served {
  readonly kind: "bytes" | "unmodified" | "error" | "lost";
  readonly code: string;
  readonly picture: Picture | undefined;
  readonly etag: string;
  readonly head: ReadonlyMap<string, string>;
  readonly stamp: number | undefined;
  readonly tags: readonly string[];
  /** When it left the server. */
  readonly made: number;
  readonly madeAt: number;
}

/** What outlives the process: its disk, and the journal. */
export interface Remains {
  readonly records: Shelf;
  readonly originals: Shelf;
  readonly variants: Shelf;
  /** What the bucket of the shared tier holds; undefined where there is none. */
  readonly bucket: { readonly originals: Shelf; readonly variants: Shelf } | undefined;
  readonly journal: { readonly sequence: number; readonly marks: readonly Mark[] }[];
}

export interface Instance {
  readonly coverage: Coverage;
  readonly port: DeliveryPort;
  /** Answers when it has something to say, or "lost" when the process died first. */
  get(ask: {
    readonly target: string;
    readonly accept: string | undefined;
    readonly ifNoneMatch?: string | undefined;
  }): Promise<Served>;
  /** Whether a flight is being started because somebody insists, not because a visitor needs it. */
  insists(): boolean;
  kill(): void;
}

export const originalOf = (path: string) => describeOriginal(PROJECT, `https://h.example${path}`);

/** Puts the real parts together, over the disk and journal that an earlier process left. */
export function startInstance(parts: {
  readonly schedule: Schedule;
  readonly origin: Origin;
  readonly pictures: Pictures;
  readonly remains: Remains;
  readonly onReading: (reading: Reading) => void;
  readonly queue: RenderQueue;
  /** Asked before each look for a finished variant: whether it is gone. */
  readonly isEvicted: () => boolean;
}): Instance {
  const { schedule, origin, pictures, remains, queue } = parts;
  const life = {};
  const now = () => schedule.now;
  const coverage = new Coverage(now);
  const head = remains.journal.at(-1)?.sequence ?? 0;
  coverage.restore(
    head,
    remains.journal.flatMap(({ sequence, marks }) => marks.map((mark) => ({ mark, sequence }))),
  );
  const atOnce = async () => {};
  const slow = (what: string) => () => schedule.turn(what, life);
  const records = new Records(
    diskOf(remains.records, { read: slow("record is read"), write: slow("record is written") }),
    1_000,
  );
  const shared = (shelf: Shelf | undefined): SharedShelf | undefined =>
    shelf && {
      async find(name) {
        await slow("the bucket is read")();
        const bytes = shelf.get(name);
        return bytes && Buffer.from(bytes);
      },
      offer: (name, bytes) => {
        void slow("the bucket is written")().then(() => shelf.set(name, bytes));
      },
      knows: (name) => shelf.has(name),
    };
  const originals = new Originals({
    source: origin.sourceFor(life, () => coverage.applied, parts.onReading),
    coverage,
    records,
    bytes: diskOf(remains.originals, { read: atOnce, write: slow("original is written") }),
    shared: shared(remains.bucket?.originals),
    readFacts: async (bytes) => pictures.factsOf(bytes),
    now,
  });
  const port = createDeliveryPort({ originals, records, coverage, recent: RECENT });
  let isInsisting = false;
  const disk = diskOf(remains.variants, { read: slow("variant is read"), write: atOnce });
  const get = disk.get.bind(disk);
  disk.get = async (key) => (parts.isEvicted() ? undefined : get(key));
  const variants = new Variants({
    ...{ disk, queue, limits: DEFAULT_LIMITS },
    shared: shared(remains.bucket?.variants),
  });
  const delivery = new Delivery({ originals, variants, answers: new Answers(1e6), coverage });
  const death = Promise.withResolvers<Served>();

  const served = async ({ target, accept, ifNoneMatch }: Parameters<Instance["get"]>[0]): Promise<Served> => {
    const common = { code: "", picture: undefined, etag: "", head: new Map(), stamp: undefined, tags: [] };
    try {
      const request = REQUESTS.read(HOST, target);
      const key = memoryKeyOf(HOST, target, accept);
      const { answer, stamp, from } =
        delivery.hit(request, key) ?? (await delivery.deliver(request, { accept, ifNoneMatch }, key));
      const fields = answer.head.flatMap((name, at) =>
        at % 2 === 0 ? [[name.toLowerCase(), answer.head[at + 1] ?? ""] as const] : [],
      );
      const headers = new Map(fields);
      const isUnmodified = from === "unmodified";
      return {
        kind: isUnmodified ? "unmodified" : "bytes",
        code: "",
        picture: isUnmodified
          ? pictures.all.find(({ digest }) => digest === answer.digests[0])
          : pictures.shown(answer.body),
        etag: answer.etag,
        head: headers,
        stamp,
        tags: headers.get("xkey")?.split(" ") ?? [],
        made: schedule.event(`served ${target} stamp ${stamp} ${from}`),
        madeAt: schedule.now,
      };
    } catch (error) {
      const { code, cause } = codeOf(error);
      if (code === "INTERNAL") throw cause;
      return {
        ...common,
        kind: "error",
        code,
        made: schedule.event(`refused ${target} ${code}`),
        madeAt: schedule.now,
      };
    }
  };
  return {
    coverage,
    port: {
      ...port,
      reread(...told) {
        // The flights of a re-reading begin before anybody can wait for one.
        isInsisting = true;
        const reread = port.reread(...told);
        isInsisting = false;
        return reread;
      },
    },
    get: (ask) => Promise.race([served(ask), death.promise]),
    insists: () => isInsisting,
    kill() {
      schedule.forget(life);
      death.resolve({
        kind: "lost",
        code: "",
        picture: undefined,
        etag: "",
        head: new Map(),
        stamp: undefined,
        tags: [],
        made: schedule.event("the instance dies"),
        madeAt: schedule.now,
      });
    },
  };
}
