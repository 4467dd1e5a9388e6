import { TryLater } from "@freshet/connector";
import type { AssetChange } from "@freshet/core";
import type { Kysely } from "@freshet/store";
import { blocksOf } from "./assets/asset-index.ts";
import type { Decided, Situation } from "./assets/decide.ts";
import { decideAsked } from "./assets/decide-asked.ts";
import { decidePublished } from "./assets/decide-published.ts";
import { decideWithdrawn } from "./assets/decide-withdrawn.ts";
import type { ContentfulEvent } from "./event.ts";
import { type ContentfulSpace, linkTo } from "./space.ts";
import { switchAlias } from "./switch-alias.ts";

/** What an event means: changes, why, and what is known from then on. */
export interface EventDecision {
  readonly changes: readonly AssetChange[];
  readonly reason: string;
  readonly keep?: (on: Kysely<unknown>) => Promise<void>;
}

/** Decides what an event of the space asks for. `place` is its place in Contentful's order. */
export async function changesOf(
  event: ContentfulEvent,
  place: number,
  space: ContentfulSpace,
): Promise<EventDecision> {
  const { policy, isOff } = await space.spaces.get(space.id);
  if (event.kind === "installed" || event.kind === "uninstalled") return installation(event, space);
  if (isOff) return nothing("The app was taken out of this space: nothing is followed.");
  await untilCompared(event, space);
  const decision = await decide(event, place, space, policy);
  if (policy.follow || event.kind === "asked" || decision.changes.length === 0) return decision;
  const reason = `${decision.reason} Nothing was done: the policy says not to follow events.`;
  return { ...decision, changes: [], reason };
}

/** Nobody knows yet what files there are, and which environment visitors see: what is decided then would be wrong. */
async function untilCompared(event: ContentfulEvent, space: ContentfulSpace): Promise<void> {
  if (space.cma === undefined || event.kind === "ignored" || event.kind === "entry") return;
  const delivered = await space.environments.resolve(space.id, space.environment);
  if (await space.walks.isComplete(space.id, delivered)) return;
  throw new TryLater("The space was not compared with Contentful yet.", 500);
}

const nothing = (reason: string): EventDecision => ({ changes: [], reason });

async function decide(
  event: Exclude<ContentfulEvent, { kind: "installed" } | { kind: "uninstalled" }>,
  place: number,
  space: ContentfulSpace,
  policy: Situation["policy"],
): Promise<EventDecision> {
  switch (event.kind) {
    case "ignored":
      return nothing(event.reason);
    case "alias":
      return switchAlias(event, place, space);
    case "entry":
      return entry(event, place, space);
    default:
      return asset(event, place, space, policy);
  }
}

async function asset(
  event: Extract<ContentfulEvent, { kind: "published" | "withdrawn" | "asked" }>,
  place: number,
  space: ContentfulSpace,
  policy: Situation["policy"],
): Promise<EventDecision> {
  const { index, environments } = space;
  const environment = await environments.resolve(space.id, event.environment);
  const delivered = await environments.resolve(space.id, space.environment);
  const key = { space: space.id, environment, asset: event.asset };
  const [known, elsewhere, blocks, locales] = await Promise.all([
    index.get(key),
    index.elsewhere(key),
    index.blocks(space.id, event.asset),
    environments.locales(space.id, environment),
  ]);
  const situation: Situation = {
    ...{ space: space.id, asset: event.asset, place, known, elsewhere, locales, policy },
    isDelivered: environment === delivered,
    blocks: blocksOf(blocks),
    link: linkTo(space, environment, event.asset),
  };
  const decided = decideBy(event, situation);
  const kind = event.kind === "asked" ? ("editor" as const) : ("policy" as const);
  return {
    changes: decided.changes,
    reason: decided.reason,
    keep: (on) => index.keep(on, key, known, decided, { place, kind }),
  };
}

function decideBy(
  event: Extract<ContentfulEvent, { kind: "published" | "withdrawn" | "asked" }>,
  situation: Situation,
): Decided {
  if (event.kind === "published") return decidePublished(event, situation);
  return event.kind === "withdrawn" ? decideWithdrawn(event, situation) : decideAsked(event, situation);
}

async function entry(
  event: Extract<ContentfulEvent, { kind: "entry" }>,
  place: number,
  { id, environments, usage }: ContentfulSpace,
): Promise<EventDecision> {
  const environment = await environments.resolve(id, event.environment);
  const shown = event.assets === null ? "is not published any more" : `shows ${count(event.assets.length)}`;
  return {
    changes: [],
    reason: `The entry ${shown}: noted, no picture changes.`,
    keep: async (on) => {
      await usage.keep(on, id, environment, event, place);
    },
  };
}

const count = (n: number) => (n === 1 ? "1 asset" : `${n} assets`);

async function installation(
  { kind, environment }: Extract<ContentfulEvent, { kind: "installed" | "uninstalled" }>,
  space: ContentfulSpace,
): Promise<EventDecision> {
  const { spaces, environments, id } = space;
  const [there, delivered] = await Promise.all([
    environments.resolve(id, environment),
    environments.resolve(id, space.environment),
  ]);
  if (there !== delivered)
    return nothing(`The app was ${kind} in ${environment}, which visitors do not see.`);
  if (kind === "installed") {
    await spaces.set(id, { isOff: false });
    return nothing("The app was installed: events are followed.");
  }
  await spaces.set(id, { isOff: true, secrets: {} });
  return nothing(
    "The app was taken out of this space: its secrets were deleted, nothing is followed any more.",
  );
}
