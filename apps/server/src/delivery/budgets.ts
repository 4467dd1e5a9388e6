import { BlockList, isIP } from "node:net";
import { networkOf as customerOf } from "../access/failures.ts";
import type { LaneName } from "../cache/fair-lanes.ts";
import type { Turn } from "../cache/turn.ts";
import { type ErrorCode, ServerError } from "../errors.ts";
import { networkOf } from "../sources/address-guard.ts";
import { Budget } from "./budget.ts";

/** Who asks. */
export interface Client {
  readonly address: string | undefined;
  /** A proxy that is trusted has said so. */
  readonly isForwarded: boolean;
}

/** What `limits` of the configuration says. Budgets are hundredths of a second of one core in a minute; 0 is none. */
export interface BudgetLimits {
  readonly clientBudget?: number | undefined;
  readonly originBudget?: number | undefined;
  readonly unbudgeted: readonly string[];
}

/** Gives what somebody has to pay with for what is made for him. */
export type Budgets = (client: Client, lane: LaneName) => NonNullable<Turn["pay"]>;

/** One core all the time. */
const GENEROUS = 6_000;

/** Says when something is left again. */
class Spent extends ServerError {
  readonly retryAfterSeconds: number;
  constructor(code: Extract<ErrorCode, `${string}_BUDGET_SPENT`>, retryAfterSeconds: number) {
    super(code);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/**
 * Bounds what one client and one origin may have made anew. A node in front asks for everybody, so that an address is a client only where
 * that is sure: always, if a budget is configured; else it has to be a public one, and one that a trusted proxy named or that asks an
 * installation without nodes.
 */
export function createBudgets(parts: {
  readonly limits: BudgetLimits;
  /** Addresses of nodes as the configuration has them, such as "http://10.0.0.5:6081". */
  readonly nodes: readonly string[];
  /** There are nodes, also such whose addresses nobody knows. */
  readonly hasNodes: boolean;
  readonly now: () => number;
}): Budgets {
  const { limits, nodes, hasNodes, now } = parts;
  const { clientBudget = GENEROUS, originBudget = 0 } = limits;
  const clients = clientBudget > 0 ? new Budget(clientBudget, now) : undefined;
  const origins = originBudget > 0 ? new Budget(originBudget, now) : undefined;
  const free = networks([...limits.unbudgeted, ...nodes.flatMap(hostOf)]);
  const nameOf = ({ address, isForwarded }: Client): string | undefined => {
    const plain = address?.replace(/^::ffff:(?=\d+\.)/i, "");
    if (plain === undefined || isIP(plain) === 0) return undefined;
    if (free.check(plain, isIP(plain) === 4 ? "ipv4" : "ipv6")) return undefined;
    const isSure = isForwarded || !hasNodes;
    if (limits.clientBudget === undefined && !(isSure && networkOf(plain) === "public")) return undefined;
    return customerOf(plain);
  };
  return (client, [project, origin]) => {
    const name = clients && nameOf(client);
    const place = `${project} ${origin}`;
    return (cost) => {
      const wait = name === undefined ? 0 : (clients?.secondsUntilLeft(name) ?? 0);
      if (wait > 0) throw new Spent("CLIENT_BUDGET_SPENT", wait);
      const rest = origins?.secondsUntilLeft(place) ?? 0;
      if (rest > 0) throw new Spent("ORIGIN_BUDGET_SPENT", rest);
      if (name !== undefined) clients?.spend(name, cost);
      origins?.spend(place, cost);
    };
  };
}

function networks(written: readonly string[]): BlockList {
  const list = new BlockList();
  for (const each of written) {
    const [address = "", bits] = each.split("/");
    const family = isIP(address) === 4 ? "ipv4" : "ipv6";
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}

/** Names are not looked up: what they lead to may change. */
function hostOf(url: string): readonly string[] {
  const host = URL.parse(url)?.hostname.replace(/^\[|\]$/g, "") ?? "";
  return isIP(host) === 0 ? [] : [host];
}
