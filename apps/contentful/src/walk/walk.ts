import type { Cursor, VerifiedEvent } from "@freshet/core";
import type { ContentfulClient, PublishedAsset } from "../cma/client.ts";
import { type ContentfulSpace, placeIn } from "../space.ts";
import { differenceOf, switched, vanished } from "./findings.ts";
import { NOTHING, readStanding, type Standing, writeStanding } from "./standing.ts";

/** How often a space is compared, and how much of it at a time. */
export interface WalkOptions {
  /** Milliseconds from the end of one comparison to the next. */
  readonly everyMs: number;
  /** Assets in one page. */
  readonly page: number;
  readonly now: () => number;
}

/** Contentful repeats an event for about a minute. */
const AWAY_MS = 10 * 60_000;
/** Pages of one call, so that what was found is soon acted on. */
const MOST_PAGES = 20;

interface Found {
  readonly events: readonly VerifiedEvent[];
  readonly cursor: Cursor | undefined;
}

/**
 * Compares what is published with what is known, a page at a time, and makes an event of each difference: what was missed while
 * nobody listened arrives here, and nothing else does. The first comparison of an environment fills the index and says nothing.
 */
export async function walk(
  from: Cursor | undefined,
  space: ContentfulSpace,
  options: WalkOptions,
): Promise<Found> {
  const { cma } = space;
  const { now } = options;
  let standing = readStanding(from);
  if (cma === undefined) return { events: [], cursor: writeStanding({ ...standing, alive: now() }) };
  if (standing.left.length === 0) {
    if (!(await isDue(space, standing, options)))
      return { events: [], cursor: writeStanding({ ...standing, alive: now() }) };
    standing = await begin(space, cma, standing, now());
  }
  for (let pages = 0; pages < MOST_PAGES && standing.left.length > 0; pages += 1) {
    let events: readonly VerifiedEvent[] = [];
    try {
      ({ events, standing } = await step(space, cma, standing, options));
    } catch (error) {
      // What was read is not read again: the next call goes on where this one was turned away.
      if (pages === 0) throw error;
      break;
    }
    if (events.length > 0) return { events, cursor: writeStanding({ ...standing, alive: now() }) };
  }
  return { events: [], cursor: writeStanding({ ...standing, alive: now() }) };
}

async function isDue(space: ContentfulSpace, { ended, alive }: Standing, { everyMs, now }: WalkOptions) {
  if (ended === 0 || now() - ended >= everyMs || now() - alive > AWAY_MS) return true;
  const delivered = await space.environments.resolve(space.id, space.environment);
  const last = await space.walks.get(space.id, delivered);
  return last !== undefined && last.wantedAt > last.begunAt;
}

async function begin(
  space: ContentfulSpace,
  cma: ContentfulClient,
  { number }: Standing,
  now: number,
): Promise<Standing> {
  const { id, environments, walks, store } = space;
  const aliases = await cma.aliases(placeIn(space, space.environment));
  const delivered = aliases.get(space.environment) ?? space.environment;
  const before = await environments.resolve(id, space.environment);
  // An alias that was switched unheard is an event like any other, and is followed as one.
  const known = aliases.size > 0 && before !== delivered && (await walks.isComplete(id, before));
  if (!known) await store.db.transaction().execute((on) => environments.setAliases(on, id, aliases));
  const others = (await walks.environments(id)).filter((each) => each !== delivered && !aliases.has(each));
  return { ...NOTHING, number: number + 1, left: [delivered, ...others], begun: now, alive: now };
}

async function step(
  space: ContentfulSpace,
  cma: ContentfulClient,
  standing: Standing,
  { page: limit, now }: WalkOptions,
): Promise<{ readonly events: readonly VerifiedEvent[]; readonly standing: Standing }> {
  const { id, index, walks, environments, store } = space;
  const { number, skip, left } = standing;
  const [environment = ""] = left;
  const place = placeIn(space, environment);
  const isFirst = !(await walks.isComplete(id, environment));
  let current = standing;
  const events: VerifiedEvent[] = [];
  // Each step asks little, so that a flood between two requests undoes little.
  if (standing.isRead) {
    events.push(...(await vanished(space, cma, environment, standing)));
    await walks.step(id, environment, 0, events.length);
    await walks.end(id, environment);
    const rest = left.slice(1);
    const ended = rest.length === 0 ? now() : 0;
    return { events, standing: { ...standing, left: rest, skip: 0, isRead: false, at: 0, ended } };
  }
  if (skip === 0 && standing.at === 0) {
    const locales = await cma.locales(place);
    await store.db.transaction().execute((on) => environments.setLocales(on, id, environment, locales));
    await walks.begin(id, environment);
    events.push(...(await switched(space, standing, environment)));
  }
  const { assets, total, given, at } = await cma.published(place, skip, limit);
  if (current.at === 0) current = { ...current, at, begun: now() };
  const known = await index.all(
    id,
    environment,
    assets.map(({ event }) => event.asset),
  );
  for (const asset of assets) {
    const entry = known.get(asset.event.asset);
    if (entry === undefined && isFirst) await fill(space, environment, asset);
    else events.push(...differenceOf(asset, entry, current));
  }
  await index.saw(
    store.db,
    id,
    environment,
    assets.map(({ event }) => event.asset),
    number,
  );
  await walks.step(id, environment, assets.length, events.length);
  const next = skip + given;
  return { events, standing: { ...current, skip: next, isRead: given === 0 || next >= total } };
}

/** The first time that an asset is seen in an environment nobody has asked about yet. */
async function fill(
  { id, index, store }: ContentfulSpace,
  environment: string,
  { event, place }: PublishedAsset,
): Promise<void> {
  const next = { state: "published" as const, place, bumps: 0, title: event.title, files: event.files };
  const key = { space: id, environment, asset: event.asset };
  await store.db
    .transaction()
    .execute((on) =>
      index.keep(on, key, undefined, { changes: [], reason: "", next }, { place, kind: "policy" }),
    );
}
