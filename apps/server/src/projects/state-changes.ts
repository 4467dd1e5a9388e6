import type { Cause } from "@freshet/core";
import type { Store, Transaction } from "@freshet/store";
import type { Author } from "../admin/audit.ts";
import { writeAudit } from "../admin/audit.ts";
import { ServerError } from "../errors.ts";
import { tell } from "../instances/wake.ts";
import type { Accepted } from "../invalidation/journal.ts";
import type { Delivery } from "../invalidation/ports.ts";
import { readRequest } from "../invalidation/request.ts";
import { beginChange, type ChangeParts, type ChangeTables } from "./changes.ts";
import type { StateRow } from "./migrations.ts";
import type { Project } from "./project.ts";

/** Originals of one project that may be something else than served. */
const MOST_STATES = 100_000;
/** Milliseconds for which it is remembered that an original is served again: until then a late event changes nothing. */
const REMEMBERED_MS = 30 * 86_400_000;

/** An event of a CMS that says what originals are from now on. */
export interface StateWish {
  readonly state: StateRow["state"];
  /** As invalidations name them; "all" is the whole project. */
  readonly urls: readonly string[] | "all";
  /** Place of the event in the CMS's own order. */
  readonly place: number;
  readonly cause: Cause | undefined;
}

export interface StateChanged {
  /** Paths whose state is now that of the event. */
  readonly applied: readonly string[];
  /** Paths of which a later event, or this very one, was heard before. */
  readonly ignored: readonly string[];
  readonly invalidation: Accepted | undefined;
}

export interface StateChanges {
  /** @throws ServerError PATH_WRONG, URLS_MISSING or STATES_FULL. */
  write(project: Project, wish: StateWish, by: Author): Promise<StateChanged>;
}

/**
 * States are a source of answers like settings are: the entry that covers the originals is journalled in the transaction that changes
 * them, and applied only where they are known.
 */
export function createStateChanges(
  parts: Pick<ChangeParts, "feed" | "journal" | "now"> & {
    readonly store: Store;
    readonly delivery: Delivery;
  },
): StateChanges {
  const { store, feed, journal, now, delivery } = parts;
  const db = store.db.$extendTables<ChangeTables>();

  const change = async (
    transaction: Transaction<ChangeTables>,
    project: Project,
    wish: StateWish,
    by: Author,
  ): Promise<StateChanged> => {
    const named = namedBy(project, wish, delivery);
    const revision = await beginChange(transaction, feed);
    const at = now();
    const known = await transaction
      .selectFrom("project_state")
      .select(["tag", "place"])
      .where("project", "=", project.name)
      .where(
        "tag",
        "in",
        named.map(({ tag }) => tag),
      )
      .execute();
    const places = new Map(known.map(({ tag, place }) => [tag, place]));
    const isLater = ({ tag }: { readonly tag: string }) => wish.place > (places.get(tag) ?? -1);
    const applied = named.filter(isLater);
    const ignored = named.filter((each) => !isLater(each)).map(({ path }) => path);
    if (applied.length === 0) return { applied: [], ignored, invalidation: undefined };
    await makeRoom(transaction, project.name, applied.length, at);
    const common = { project: project.name, state: wish.state, place: wish.place, revision, at };
    await transaction
      .insertInto("project_state")
      .values(applied.map(({ tag, path }) => ({ ...common, tag, path })))
      .onConflict((conflict) =>
        conflict.columns(["project", "tag"]).doUpdateSet(({ ref }) => ({
          state: ref("excluded.state"),
          place: ref("excluded.place"),
          path: ref("excluded.path"),
          revision,
          at,
        })),
      )
      .execute();
    const action = "state.changed" as const;
    const urls = applied.map(({ path }) => path);
    const read =
      wish.urls === "all"
        ? { request: { scope: "all" as const }, paths: [] }
        : readRequest({ scope: "original", urls }, project, delivery);
    const [invalidation] = await journal.acceptWithin(transaction, [
      {
        ...{ ...read, project: project.name, chain: 0, key: undefined, settings: revision, by },
        cause: wish.cause ?? { kind: "state", id: `${wish.state} ${wish.place}` },
      },
    ]);
    const subject = `${wish.state} ${invalidation?.uuid ?? ""}`.trim();
    await writeAudit(transaction, [{ by, project: project.name, action, subject, at }]);
    return { applied: urls, ignored, invalidation };
  };
  return {
    async write(project, wish, by) {
      const changed = await db.transaction().execute((transaction) => change(transaction, project, wish, by));
      if (changed.invalidation) {
        await feed.refresh();
        await journal.take(changed.invalidation);
        tell(store, "freshet_projects");
      }
      return changed;
    },
  };
}

/** The originals of a wish, each once. */
function namedBy(project: Project, { urls }: StateWish, delivery: Delivery) {
  if (urls === "all") return [{ tag: "", path: "/*" }];
  const { paths } = readRequest({ scope: "original", urls }, project, delivery);
  const wide = paths.find(({ kind }) => kind !== "original");
  if (wide) {
    throw new ServerError(
      "PATH_WRONG",
      `Only single originals and whole projects have a state. It was ${wide.path}.`,
    );
  }
  return [...new Map(paths.map(({ tag, path }) => [tag, { tag, path }])).values()];
}

async function makeRoom(
  transaction: Transaction<ChangeTables>,
  project: string,
  wanted: number,
  at: number,
): Promise<void> {
  await transaction
    .deleteFrom("project_state")
    .where("project", "=", project)
    .where("state", "=", "served")
    .where("at", "<", at - REMEMBERED_MS)
    .execute();
  const { n } = await transaction
    .selectFrom("project_state")
    .select(({ fn }) => fn.countAll().as("n"))
    .where("project", "=", project)
    .executeTakeFirstOrThrow();
  if (Number(n) + wanted > MOST_STATES) throw new ServerError("STATES_FULL");
}
