import type { Coverage } from "../cache/coverage.ts";
import { type Demands, readDemand } from "./demand.ts";
import type { Drain } from "./drain.ts";
import type { Lease } from "./lease.ts";

/** Whether a request may be answered from the caches of this instance, or only from what is read for it. */
export type Standing = "current" | "past lease";

/** Asked once by each request, after it arrived and before any cache is looked at. */
export interface Admission {
  /** Whether `enter` would answer "current" at once. Nothing is started or waited for. */
  isCurrent(demand: string | readonly string[] | undefined): boolean;
  /**
   * `demand` is the request's `Freshet-Demand`. Answers at once where nothing stands in the way.
   * @throws ServerError INSTANCE_BEHIND when the edge knows more than this instance can find out in time.
   */
  enter(demand: string | readonly string[] | undefined): Standing | Promise<Standing>;
  /** A response begins; the function ends it. */
  begin(abort: () => void): () => void;
}

export function createAdmission(parts: {
  readonly lease: Lease;
  readonly coverage: Coverage;
  readonly demands: Demands;
  readonly drain: Drain;
  /** Tries to get the lease back for as long as a visitor may wait. */
  readonly regain: () => Promise<void>;
  /** Some node cannot compare stamps: what is under way is counted. */
  readonly drains: boolean;
}): Admission {
  const { lease, coverage, demands, drain, drains } = parts;
  const wait = async (demand: number | undefined): Promise<Standing> => {
    if (demand !== undefined) await demands.meet(demand);
    if (!lease.holds()) await parts.regain();
    return lease.holds() ? "current" : "past lease";
  };
  const demandOf = (header: string | readonly string[] | undefined) =>
    header === undefined ? undefined : readDemand(header);
  const isMet = (demand: number | undefined) => demand === undefined || demand <= coverage.applied;
  return {
    isCurrent: (header) => isMet(demandOf(header)) && lease.holds(),
    enter(header) {
      const demand = demandOf(header);
      return isMet(demand) && lease.holds() ? "current" : wait(demand);
    },
    begin: drains ? (abort) => drain.begin(coverage.applied, abort) : () => () => {},
  };
}
