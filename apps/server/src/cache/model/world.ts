import { versionOfDigest } from "@freshet/core";
import { userTag } from "../../projects/cache-tags.ts";
import { describePrefix } from "../../projects/prefixes.ts";
import type { Mark } from "../mark.ts";
import { RenderQueue } from "../render-queue.ts";
import { Claims, type Question } from "./claims.ts";
import { type Ask, createMemoryEdge, createSteppedEdge, type Edge, type Rules } from "./edge.ts";
import { type Instance, originalOf, PROJECT, type Remains, startInstance, TAG } from "./instance.ts";
import { type Mood, Origin, type Proof } from "./origin.ts";
import { type Pictures, WISHES } from "./pictures.ts";
import { Schedule } from "./schedule.ts";

/** Paths at the origin. */
export const PATHS = ["/a.png", "/b.png"] as const;
/** What a delivery URL names: the last is the first original with a query of the origin's own. */
const NAMES = ["/a.png", "/b.png", "/a.png?side=left"] as const;

/** What an invalidation names besides single originals: a folder, a beginning of names, a tag, the project. */
export const WIDE = ["folder", "beginning", "tag", "all"] as const;
export type Wide = (typeof WIDE)[number];

/** What an invalidation covers, and what nodes are told. */
interface Scope {
  readonly mark: Mark;
  readonly paths: readonly string[];
  readonly tag: string;
}

/** One thing that may happen. */
export type Move =
  | { readonly kind: "step"; readonly picks: readonly number[] }
  | { readonly kind: "publish"; readonly path: number; readonly picture: number }
  | {
      readonly kind: "invalidate";
      readonly path: number | Wide;
      readonly twice: boolean;
      readonly merged: boolean;
    }
  | {
      readonly kind: "get";
      readonly at: number;
      readonly name: number;
      readonly wish: number;
      readonly version: { readonly kind: "none" | "opaque" | "content"; readonly index: number };
      /** The visitor brings the entity tag of the last time. */
      readonly again: boolean;
      readonly isSlow: boolean;
    }
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "recheck"; readonly path: number }
  | { readonly kind: "restart instance" }
  | { readonly kind: "restart node"; readonly at: number }
  | { readonly kind: "evict" };

type Get = Omit<Extract<Move, { kind: "get" }>, "kind">;

/** URLs that are asked for again when the moves are over. */
const LAST = 6;

/** One run. */
export interface Story {
  readonly proofs: readonly Proof[];
  readonly moods: readonly Mood[];
  readonly moves: readonly Move[];
  /** Order in which what is left over is worked off. */
  readonly order: readonly number[];
}

/** One instance, two nodes, one origin: what happens to them, and whether every claim holds. */
export class World {
  readonly schedule: Schedule;
  readonly claims: Claims;
  readonly #pictures: Pictures;
  readonly #origin: Origin;
  readonly #queue = new RenderQueue({ places: 1_000, maxWaitingCost: 1, maxAgeMs: 1_000 });
  readonly #remains: Remains;
  readonly #edges: readonly Edge[];
  readonly #order: readonly number[];
  #instance: Instance;
  /** What was asked for, each URL once, the latest last. */
  readonly #asked = new Map<string, Get>();
  #drained = 0;
  #evicted = 0;

  constructor(pictures: Pictures, story: Omit<Story, "moves">, rules: Rules, isShared = false) {
    this.schedule = new Schedule(() => this.#queue.running > 0);
    this.#pictures = pictures;
    this.#order = story.order;
    const originals = PATHS.map((path, index) => {
      const [first = pictures.all[0]] = pictures.all.slice(index);
      if (!first) throw new Error("there are no pictures");
      return [path, { proof: story.proofs[index] ?? "strong", first }] as const;
    });
    this.#origin = new Origin(this.schedule, new Map(originals));
    this.#origin.moods = story.moods;
    this.claims = new Claims(this.schedule, this.#origin);
    this.#remains = {
      records: new Map(),
      originals: new Map(),
      variants: new Map(isShared ? [] : pictures.variants),
      bucket: isShared ? { originals: new Map(), variants: new Map(pictures.variants) } : undefined,
      journal: [],
    };
    this.#instance = this.#start();
    const inner = async (ask: Ask) => {
      await this.schedule.turn(`${ask.target} travels to the server`);
      const served = await this.#instance.get(ask);
      await this.schedule.turn(`${ask.target} travels to the node`, undefined, ask.isSlow);
      return served;
    };
    this.#edges = [createSteppedEdge(this.schedule, inner, rules), createMemoryEdge(this.schedule, inner)];
    for (const at of this.#edges.keys()) void this.#join(at);
  }

  async move(move: Move): Promise<void> {
    switch (move.kind) {
      case "step":
        for (const pick of move.picks) await this.schedule.step(pick);
        return;
      case "publish":
        this.#origin.publish(this.#path(move.path), this.#pictures.all[move.picture]);
        break;
      case "invalidate":
        this.#invalidate(typeof move.path === "number" ? this.#path(move.path) : move.path, move);
        break;
      case "get":
        void this.#get(move);
        break;
      case "wait":
        this.schedule.now += move.ms;
        this.schedule.event(`${move.ms} ms pass`);
        return;
      case "recheck":
        void this.#recheck(this.#path(move.path));
        break;
      case "restart instance":
        this.#instance.kill();
        this.#instance = this.#start();
        break;
      case "restart node":
        this.schedule.event(`node ${move.at % 2} restarts`);
        this.#edge(move.at).restart();
        void this.#join(move.at);
        break;
      case "evict":
        this.#evicted += 1;
        this.#remains.originals.clear();
        // Now and then the bucket has lost something too.
        if (this.#evicted % 2 === 0) this.#remains.bucket?.originals.clear();
        break;
    }
    await this.schedule.settle();
  }

  /** Lets everybody finish. */
  async drain(): Promise<void> {
    await this.schedule.drain(() => this.#order[this.#drained++ % Math.max(1, this.#order.length)] ?? 0);
    this.claims.nobodyWaits();
  }

  /** When all is quiet and the origin honest, caches must be full again: old pictures are gone, and untouched ones stay. */
  async epilogue(): Promise<void> {
    await this.drain();
    for (const ms of [0, 2_500, 3_001]) {
      this.schedule.now += ms;
      for (const get of [...this.#asked.values()].slice(-LAST)) {
        for (const at of [0, 1, 2]) void this.#get({ ...get, at, again: false, isSlow: false });
      }
      await this.drain();
    }
    this.#origin.moods = [];
    this.schedule.now += 11_000;
    this.#evicted = 0;
    await this.#fill(0);
    this.#invalidate(this.#path(1), { twice: true, merged: false });
    await this.drain();
    await this.#hits(0);
    await this.#isCurrent(1);
    for (const at of this.#edges.keys()) await this.move({ kind: "restart node", at });
    await this.drain();
    await this.#fill(1);
    for (const wide of ["tag", "beginning", "folder", "all"] as const) {
      this.#invalidate(wide, { twice: false, merged: true });
      await this.drain();
      await this.#isCurrent(0);
      // A tag is as narrow at nodes as it is here; of a beginning they know the folder.
      if (wide === "tag") await this.#hits(1, 1);
      await this.#isCurrent(1);
    }
  }

  async #fill(wish: number): Promise<void> {
    for (const at of [0, 1]) {
      for (const name of NAMES.keys()) await this.#ask(at, name, wish);
    }
    await this.#hits(wish);
  }

  async #hits(wish: number, name = 0): Promise<void> {
    for (const at of [0, 1]) {
      const { served, isHit } = await this.#ask(at, name, wish);
      this.claims.staysCached(served, isHit, `node ${at}`);
    }
  }

  async #isCurrent(path: number): Promise<void> {
    for (const at of [0, 1, 2])
      this.claims.isCurrent(this.#path(path), (await this.#ask(at, path, 1)).served);
  }

  async #ask(at: number, name: number, wish: number) {
    const asked = this.#get({
      at,
      name,
      wish,
      version: { kind: "none", index: 0 },
      again: false,
      isSlow: false,
    });
    await this.drain();
    return asked;
  }

  async #get(move: Get) {
    const name = NAMES[move.name % NAMES.length] ?? NAMES[0];
    const wish = WISHES[move.wish % WISHES.length];
    const { kind, index } = move.version;
    const version =
      kind === "none"
        ? undefined
        : kind === "opaque"
          ? `v${index}`
          : versionOfDigest(this.#pictures.all[index % this.#pictures.all.length]?.digest ?? "");
    const query = [name.split("?")[1], wish?.query, version && `vh=${version}`].filter(Boolean).join("&");
    const target = `/v7/https://h.example${name.split("?")[0]}${query && `?${query}`}`;
    const at = move.at % 3;
    const url = `${target} ${move.wish}`;
    this.#asked.delete(url);
    this.#asked.set(url, move);
    const question: Question = this.claims.ask({
      key: name,
      path: name.split("?")[0] ?? "",
      version,
      at,
      target,
      wish: move.wish,
    });
    const ask = { target, accept: wish?.accept, isSlow: move.isSlow };
    const ifNoneMatch = move.again ? this.claims.etagOf(question) : undefined;
    const { served, isHit } =
      at === 2
        ? { served: await this.#instance.get({ ...ask, ifNoneMatch }), isHit: false }
        : await this.#edge(at).get(ask);
    this.claims.answered(question, served, isHit);
    return { served, isHit };
  }

  #invalidate(
    target: (typeof PATHS)[number] | Wide,
    how: { readonly twice: boolean; readonly merged: boolean },
  ): void {
    const { mark, paths, tag } = this.#scope(target);
    const sequence = (this.#remains.journal.at(-1)?.sequence ?? 0) + 1;
    this.#remains.journal.push({ sequence, marks: [mark] });
    this.claims.accepted(sequence, paths);
    void this.#carry(sequence, mark.kind === "original" ? paths : [], tag, how);
  }

  #scope(target: (typeof PATHS)[number] | Wide): Scope {
    const project = PROJECT.name;
    if (target === "all") {
      return {
        mark: { kind: "project", project },
        paths: PATHS,
        tag: this.#instance.port.projectTag(project),
      };
    }
    if (target === "tag") {
      const tag = userTag(project, TAG);
      return { mark: { kind: "tag", project, tag }, paths: [PATHS[0]], tag };
    }
    if (target === "folder" || target === "beginning") {
      const isFolder = target === "folder";
      const [prefix] = describePrefix(PROJECT, isFolder ? "/h.example/*" : "/h.example/a*");
      if (!prefix) throw new Error("there is no such folder");
      const mark = { kind: "prefix" as const, project, prefix: prefix.name.slice(project.length + 1) };
      return { mark, paths: isFolder ? PATHS : [PATHS[0]], tag: prefix.tag };
    }
    const { tag } = originalOf(target);
    return { mark: { kind: "original", project, tag }, paths: [target], tag };
  }

  /** What the pipeline does for one invalidation: apply, then read again and purge the nodes, each in its own time. */
  async #carry(
    sequence: number,
    singles: readonly string[],
    tag: string,
    how: { readonly twice: boolean; readonly merged: boolean },
  ) {
    await this.schedule.turn(`apply ${sequence}`);
    this.#apply(sequence);
    for (const path of singles) {
      const { name, tag } = originalOf(path);
      void this.schedule
        .turn(`read again after ${sequence}`)
        .then(() =>
          this.#instance.port.reread({ name, tag }, { force: false }, new AbortController().signal),
        );
    }
    for (const at of this.#edges.keys()) {
      for (let times = how.twice ? 2 : 1; times > 0; times -= 1)
        void this.#purge(sequence, [tag], at, how.merged, times > 1);
    }
  }

  async #purge(
    sequence: number,
    tags: readonly string[],
    at: number,
    isMerged: boolean,
    isLate: boolean,
  ): Promise<void> {
    await this.schedule.turn(`purge ${sequence} reaches node ${at}`, undefined, isLate);
    // A purge that waited together with others goes under the newest number among them.
    await this.#edge(at).purge(isMerged ? this.#instance.coverage.applied : sequence, tags);
    this.claims.acknowledged(sequence, at);
  }

  /** In the journal's order and without gaps, whatever is offered first. */
  #apply(through: number): void {
    for (const { sequence, marks } of this.#remains.journal) {
      if (sequence > through) return;
      this.#instance.coverage.apply(sequence, marks);
      this.claims.applied(sequence);
    }
  }

  async #recheck(path: (typeof PATHS)[number]): Promise<void> {
    const { name, tag } = originalOf(path);
    const { bytes } = await this.#instance.port.reread(
      { name, tag },
      { force: true },
      new AbortController().signal,
    );
    if (bytes === "changed") this.#invalidate(path, { twice: false, merged: false });
  }

  async #join(at: number): Promise<void> {
    const head = () => this.#remains.journal.at(-1)?.sequence ?? 0;
    await this.schedule.turn(`the head is read for node ${at}`);
    const sent = head();
    await this.schedule.turn(`node ${at} joins at ${sent}`);
    if ((await this.#edge(at).join(sent)) === "joined" && head() > sent) {
      await this.schedule.turn(`node ${at} is emptied`);
      this.#apply(head());
      await this.#edge(at).purge(head(), [this.#instance.port.projectTag("demo")]);
    }
  }

  #start(): Instance {
    const instance: Instance = startInstance({
      schedule: this.schedule,
      origin: this.#origin,
      pictures: this.#pictures,
      remains: this.#remains,
      queue: this.#queue,
      onReading: (reading) => this.claims.asksOrigin(reading, this.#instance.insists()),
      isEvicted: () => this.#evicted > 0 && this.#evicted-- > 0,
    });
    this.claims.started();
    for (const { sequence } of this.#remains.journal) this.claims.applied(sequence);
    return instance;
  }

  #path(index: number): (typeof PATHS)[number] {
    return PATHS[index % PATHS.length] ?? PATHS[0];
  }

  #edge(at: number): Edge {
    const edge = this.#edges[at % this.#edges.length];
    if (!edge) throw new Error("there is no such node");
    return edge;
  }
}
