import type { Cursor, VerifiedEvent } from "@freshet/core";
import type { Files } from "../assets/asset-file.ts";
import type { Entry } from "../assets/asset-index.ts";
import type { ContentfulClient, PublishedAsset } from "../cma/client.ts";
import { assetSubject, type ContentfulEvent } from "../event.ts";
import { isRecord } from "../json.ts";
import { type ContentfulSpace, placeIn } from "../space.ts";

/** How often a space is compared, and how much of it at a time. */
export interface WalkOptions {
  /** Milliseconds from the end of one comparison to the next. */
  readonly everyMs: number;
  /** Assets in one page. */
  readonly page: number;
  readonly now: () => number;
}

/** Where a comparison stands; the connector keeps it together with the events that were found so far. */
interface Standing {
  readonly number: number;
  /** When somebody was last here: whoever was away longer than events are repeated compares at once. */
  readonly alive: number;
  /** When the last comparison ended; 0 while one runs and before the first. */
  readonly ended: number;
  /** Environments still to be compared; the first one is under way. */
  readonly left: readonly string[];
  readonly skip: number;
  /** All pages of it were read; what none of them held is looked for next. */
  readonly isRead: boolean;
  /** The API's clock when the environment was begun; 0 before the first page. */
  readonly at: number;
  /** Our clock at that moment. */
  readonly begun: number;
}

const NOTHING: Standing = {
  number: 0,
  alive: 0,
  ended: 0,
  left: [],
  skip: 0,
  isRead: false,
  at: 0,
  begun: 0,
};
/** Contentful repeats an event for about a minute. */
const AWAY_MS = 10 * 60_000;
/** Pages of one call, so that what was found is soon acted on. */
const MOST_PAGES = 20;
const AT_ONCE = 100;

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

function differenceOf(
  { event, place }: PublishedAsset,
  entry: Entry | undefined,
  { number, begun }: Standing,
): readonly VerifiedEvent[] {
  if (entry?.state === "published" && isSame(entry.files, event.files)) return [];
  // What was heard while the page was on its way is newer than the page; what was heard before this began is not.
  const isOlder = entry !== undefined && place < entry.place;
  if (isOlder && entry.updatedAt >= begun) return [];
  const order = entry === undefined ? place : Math.max(place, entry.place);
  return [found("Asset.publish", { ...event, missed: true }, order, number)];
}

/** What is known as published and is not: asked for once more, and why. */
async function vanished(
  { id, index, store }: ContentfulSpace,
  cma: ContentfulClient,
  environment: string,
  standing: Standing,
): Promise<readonly VerifiedEvent[]> {
  const { number, at } = standing;
  const events: VerifiedEvent[] = [];
  const unseen = await index.unseen(id, environment, number, at);
  const place = { space: id, environment };
  for (let from = 0; from < unseen.length; from += AT_ONCE) {
    const ids = unseen.slice(from, from + AT_ONCE);
    // One that moved to an earlier page while pages were turned.
    const overlooked = await cma.publishedOf(place, ids);
    const known = await index.all(id, environment, ids);
    for (const each of overlooked) events.push(...differenceOf(each, known.get(each.event.asset), standing));
    const published = overlooked.map(({ event }) => event.asset);
    await index.saw(store.db, id, environment, published, number);
    const gone = ids.filter((each) => !published.includes(each));
    if (gone.length === 0) continue;
    const drafts = await cma.draftsOf(place, gone);
    for (const asset of gone) {
      const how = { draft: "unpublish", archived: "archive" } as const;
      const draft = drafts.get(asset);
      const withdrawn = {
        kind: "withdrawn" as const,
        ...{ environment, asset },
        how: draft === undefined ? ("delete" as const) : how[draft],
        missed: true as const,
      };
      events.push(found(`Asset.${withdrawn.how}`, withdrawn, at, number));
    }
  }
  return events;
}

/** An alias that stands for another environment than was known. */
async function switched(
  space: ContentfulSpace,
  { number, begun }: Standing,
  environment: string,
): Promise<readonly VerifiedEvent[]> {
  const known = await space.environments.resolve(space.id, space.environment);
  if (known === environment || space.environment === environment) return [];
  const others = await space.environments.aliases(space.id);
  if (!others.has(space.environment)) return [];
  const event = { kind: "alias" as const, alias: space.environment, environment };
  return [found("EnvironmentAlias.change_target", event, begun, number)];
}

function found(topic: string, event: ContentfulEvent, order: number, number: number): VerifiedEvent {
  const about = "asset" in event ? event.asset : "alias" in event ? event.alias : "";
  return {
    id: `${topic}.walk-${number}-${order}-${"environment" in event ? event.environment : ""}-${about}`,
    order,
    subject: event.kind === "alias" ? `alias ${about}` : assetSubject(about),
    payload: event,
  };
}

/** Whether two sets of files are the same, whatever the order of their parts. */
export function isSame(one: Files, other: Files): boolean {
  const text = (files: Files) =>
    JSON.stringify(
      Object.keys(files)
        .toSorted()
        .map((locale) => {
          const { url, bytes, contentType, width, height } = files[locale] ?? {};
          return [locale, url, bytes, contentType, width, height];
        }),
    );
  return text(one) === text(other);
}

function readStanding(cursor: Cursor | undefined): Standing {
  try {
    const value: unknown = JSON.parse(cursor ?? "{}");
    return isRecord(value) ? { ...NOTHING, ...(value as Partial<Standing>) } : NOTHING;
  } catch {
    return NOTHING;
  }
}

const writeStanding = (standing: Standing): Cursor => JSON.stringify(standing);
