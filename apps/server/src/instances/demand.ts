import { ServerError } from "../errors.ts";

/** Head readings begin at most this often: a flood of demands costs the store fifty small queries a second. */
const EVERY_MS = 20;
/** A demand so far above the head cannot have become true while the head is remembered. */
const FAR = 1_000_000;
const REMEMBERED_MS = 1_000;

/** Sees to what an edge demands: that the number it has heard is applied before it is answered. */
export interface Demands {
  /**
   * Resolves once everything through the number is applied, or when the journal does not reach so far: then nobody can have heard it.
   * @throws ServerError INSTANCE_BEHIND when that takes too long.
   */
  meet(demand: number): Promise<void>;
}

export function createDemands(parts: {
  readonly applied: () => number;
  /** The journal's head. */
  readonly head: () => Promise<number>;
  /** Resolves once everything through the number is applied here. */
  readonly through: (sequence: number) => Promise<void>;
  readonly withinMs: number;
}): Demands {
  const { applied } = parts;
  let known = { head: 0, at: Number.NEGATIVE_INFINITY };
  let begun = Number.NEGATIVE_INFINITY;
  let next: Promise<number> | undefined;

  /** A reading that has not begun yet: one under way may miss what was committed meanwhile. */
  const read = async (): Promise<number> => {
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, begun + EVERY_MS - performance.now())));
    next = undefined;
    begun = performance.now();
    const head = await parts.head();
    known = { head, at: begun };
    return head;
  };
  const catchUp = async (demand: number): Promise<void> => {
    next ??= read();
    if ((await next) >= demand && applied() < demand) await parts.through(demand);
  };
  return {
    async meet(demand) {
      if (applied() >= demand) return;
      if (demand > known.head + FAR && performance.now() - known.at < REMEMBERED_MS) return;
      const late = Promise.withResolvers<never>();
      const timer = setTimeout(() => late.reject(new Error("too late")), parts.withinMs);
      try {
        await Promise.race([catchUp(demand), late.promise]);
      } catch (error) {
        throw new ServerError("INSTANCE_BEHIND", undefined, { cause: error });
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

/** The number in a `Freshet-Demand` header; undefined for what is none. */
export function readDemand(header: string | readonly string[] | undefined): number | undefined {
  return typeof header === "string" && /^\d{1,15}$/.test(header) ? Number(header) : undefined;
}
