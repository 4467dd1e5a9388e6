import type { Desk, LookPort, LookStanding } from "@freshet/connector";
import type { ContentfulSpace } from "../space.ts";
import type { Walk } from "./walks.ts";

/** What the server is told of the comparison of a space, and how it asks for one. */
export function lookPortOf(space: ContentfulSpace, desk: () => Desk): LookPort {
  const delivered = () => space.environments.resolve(space.id, space.environment);
  return {
    async standing() {
      const { isOff, policy } = await space.spaces.get(space.id);
      const walk = await space.walks.get(space.id, await delivered());
      return {
        // What is compared is pulled, so why it failed is known to the connector already.
        walk: space.cma === undefined ? null : viewOf(walk, desk().pullError(space.id)),
        isPaused: isOff || !policy.follow,
      };
    },
    async ask() {
      if (space.cma === undefined) return false;
      await space.walks.want(space.id, await delivered(), "the Freshet server");
      desk().pull(space.id);
      return true;
    },
  };
}

function viewOf(walk: Walk | undefined, trouble: string | undefined): LookStanding["walk"] {
  const { number = 0, seen = 0, found = 0, begunAt = 0, endedAt } = walk ?? {};
  const state = begunAt === 0 ? "waiting" : begunAt > (endedAt ?? 0) ? "walking" : "resting";
  const time = (at: number | undefined) => (at ? new Date(at).toISOString() : null);
  return {
    state: trouble === undefined ? state : "failing",
    ...{ pass: number, steps: seen, total: null, originals: seen, found },
    ...{ started_at: time(begunAt), finished_at: time(endedAt), error: trouble ?? null },
  };
}
