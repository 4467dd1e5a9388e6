import { type Kysely, type Store, sql, type Transaction } from "@freshet/store";
import { lookAgain } from "../instances/wake.ts";
import { hostsLost } from "./conflicts.ts";
import type { Files } from "./files.ts";
import type { ProjectTables, StateRow } from "./migrations.ts";
import { PROJECT_MIGRATIONS, PROJECT_OWNER } from "./migrations.ts";
import type { LiveProjects, Project } from "./project.ts";
import { openSettings, type SecretBox } from "./sealed.ts";
import { type Installation, readSettings, SETTINGS_SCHEMA } from "./settings.ts";
import type { States } from "./states.ts";

/** The journal's row says when numbers went back, as after a restored backup. */
export type FeedTables = ProjectTables & { invalidation_sequence: { id: number; n: number; epoch: string } };
type Db = Kysely<FeedTables>;
/** What runs a statement, whichever tables it knows. */
export type Executor = Parameters<ReturnType<typeof sql>["execute"]>[0];

/** A project of the store as this instance has read it. */
export interface Known {
  readonly name: string;
  readonly version: number;
  readonly revision: number;
  readonly isDeleted: boolean;
  /** With sealed secrets; null when it is deleted. */
  readonly settings: unknown;
  /** Undefined when it is deleted, or when this instance cannot read it: then nobody is answered by it. */
  readonly project: Project | undefined;
}

/** Keeps the projects and states that are in force here up with the store. */
export interface ProjectFeed {
  readonly known: ReadonlyMap<string, Known>;
  start(): Promise<void>;
  /** Looks for changes by itself from now on. */
  follow(): void;
  /** What was committed before this is called is in force when it resolves. */
  refresh(): Promise<void>;
  /** The same within a transaction that has locked the feed, whose number was `n` before. */
  within(transaction: Transaction<FeedTables>, n: number): Promise<void>;
  /** Names of all projects, those that are deleted too. */
  names(db: Executor): Promise<readonly string[]>;
  stop(): Promise<void>;
}

export interface FeedParts {
  readonly store: Store;
  /** The projects of the configuration: they win over those of the store. */
  readonly fixed: readonly Project[];
  readonly projects: LiveProjects;
  readonly states: States;
  readonly files: Files;
  readonly installation: Installation;
  readonly box: SecretBox;
  /** No other process works on the store. */
  readonly isAlone: boolean;
  readonly pollMs: number;
  readonly paused?: (() => Promise<void>) | undefined;
  readonly log: (event: string, details: Readonly<Record<string, unknown>>) => void;
}

export function createFeed(parts: FeedParts): ProjectFeed {
  const { store, fixed, projects, states, files, log } = parts;
  const db: Db = store.db.$extendTables<FeedTables>();
  const fixedNames = new Set(fixed.map(({ name }) => name));
  const known = new Map<string, Known>();
  const newest = new Map<string, number>();
  let seen = { n: -1, epoch: "" };
  let loading: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;
  let deafen = (): void => {};

  const load = async (from: Kysely<FeedTables>, end?: number): Promise<void> => {
    const row = await from
      .selectFrom("project_feed as f")
      .innerJoin("invalidation_sequence as s", "s.id", "f.id")
      .select(["f.n", "s.epoch"])
      .executeTakeFirstOrThrow();
    const { n, epoch } = { ...row, n: end ?? row.n };
    const isAnew = epoch !== seen.epoch || n < seen.n;
    if (n === seen.n && !isAnew) return;
    const since = isAnew ? -1 : seen.n;
    const rows = await from
      .selectFrom("project_row as r")
      .innerJoin("project_version as v", (join) =>
        join.onRef("v.project", "=", "r.name").onRef("v.version", "=", "r.version"),
      )
      .select(["r.name", "r.version", "r.revision", "r.is_deleted", "v.settings"])
      .where("r.revision", ">", since)
      .execute();
    const changed = await from
      .selectFrom("project_state")
      .select(["project", "tag", "state", "revision"])
      .where("revision", ">", since)
      .execute();
    const uploaded = await from
      .selectFrom("project_file")
      .select(["project", "name", "digest", "revision"])
      .where("revision", ">", since)
      .execute();
    const read = await Promise.all(
      rows.map(async ({ name, version, revision, is_deleted, settings }): Promise<Known> => {
        const kept: unknown = settings === null ? null : JSON.parse(settings);
        const isDeleted = is_deleted !== 0;
        const isHidden = fixedNames.has(name);
        if (isHidden && !isDeleted)
          log("project of the store is hidden by that of the file", { project: name });
        const project = isDeleted || isHidden ? undefined : await readKept(name, kept);
        return { name, version, revision, isDeleted, settings: kept, project };
      }),
    );
    if (isAnew) {
      known.clear();
      newest.clear();
      states.clear();
      files.clear();
    }
    // A loading that began earlier may end later.
    for (const each of read)
      if ((known.get(each.name)?.revision ?? -1) < each.revision) known.set(each.name, each);
    for (const each of changed) takeState(each);
    for (const each of uploaded) files.take(each);
    seen = isAnew ? { n, epoch } : { n: Math.max(n, seen.n), epoch };
    if (read.length > 0 || isAnew) putInForce();
  };
  const readKept = async (name: string, kept: unknown): Promise<Project | undefined> => {
    try {
      const opened = openSettings(SETTINGS_SCHEMA, kept, name, parts.box);
      const { project, faults } = await readSettings(name, opened, parts.installation);
      if (project) return besideFile(project);
      log("project cannot be read", { project: name, faults: faults.map(({ sentence }) => sentence) });
    } catch (error) {
      log("project cannot be read", { project: name, error: String(error) });
    }
    return undefined;
  };
  /** The file may have been given hosts since the project was made: they are the file's. */
  const besideFile = (project: Project): Project => {
    const lost = hostsLost(project, fixed);
    if (lost.length === 0) return project;
    log("hosts of a project of the store belong to the file", { project: project.name, hosts: lost });
    return Object.freeze({ ...project, hosts: project.hosts.filter((host) => !lost.includes(host)) });
  };
  const takeState = (row: Pick<StateRow, "project" | "tag" | "state" | "revision">): void => {
    const key = `${row.project}/${row.tag}`;
    if ((newest.get(key) ?? -1) >= row.revision) return;
    newest.set(key, row.revision);
    states.set(row);
  };
  const putInForce = (): void => {
    // In one order, so that all instances answer alike.
    const live = [...known.values()]
      .flatMap(({ project }) => project ?? [])
      .toSorted((one, other) => (one.name < other.name ? -1 : 1));
    const all = [...fixed, ...live];
    // Also those that are deleted or cannot be read: their hosts must not fall to the one that is left.
    projects.replace(all, new Set([...fixedNames, ...known.keys()]).size);
  };
  const refresh = (): Promise<void> => {
    // One that is under way may have begun before the change was committed.
    next ??= loading.then(() => {
      next = undefined;
      const run = load(db);
      loading = run.catch(() => {});
      return run;
    });
    return next;
  };
  const look = (): void => {
    Promise.resolve(parts.paused?.())
      .then(refresh)
      .catch((error) => log("projects not read", { error: String(error) }));
  };
  return {
    known,
    async start() {
      await store.migrate(PROJECT_OWNER, PROJECT_MIGRATIONS);
      await refresh();
    },
    follow() {
      if (!parts.isAlone) deafen = lookAgain(store, "freshet_projects", parts.pollMs, look);
    },
    refresh,
    within: (transaction, n) => load(transaction, n),
    async names(any) {
      const { rows } = await sql<{ name: string }>`select name from project_row`.execute(any);
      return [...new Set([...fixedNames, ...rows.map(({ name }) => name)])];
    },
    async stop() {
      deafen();
      await next?.catch(() => {});
      await loading;
    },
  };
}
