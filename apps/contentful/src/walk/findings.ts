import type { VerifiedEvent } from "@freshet/core";
import type { Entry } from "../assets/asset-index.ts";
import { compare } from "../assets/difference.ts";
import type { ContentfulClient, PublishedAsset } from "../cma/client.ts";
import { assetSubject, type ContentfulEvent } from "../event.ts";
import type { ContentfulSpace } from "../space.ts";
import type { Standing } from "./standing.ts";

// What a comparison finds, as the events that Contentful would have sent.

const AT_ONCE = 100;

/** What is published and is not what is known. */
export function differenceOf(
  { event, place }: PublishedAsset,
  entry: Entry | undefined,
  { number, begun }: Standing,
): readonly VerifiedEvent[] {
  if (entry?.state === "published" && compare(entry.files, event.files).length === 0) return [];
  // What was heard while the page was on its way is newer than the page; what was heard before this began is not.
  const isOlder = entry !== undefined && place < entry.place;
  if (isOlder && entry.updatedAt >= begun) return [];
  const order = entry === undefined ? place : Math.max(place, entry.place);
  return [found("Asset.publish", { ...event, missed: true }, order, number)];
}

/** What is known as published and is not: asked for once more, and why. */
export async function vanished(
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
export async function switched(
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
