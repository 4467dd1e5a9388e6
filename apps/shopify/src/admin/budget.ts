import type { ShopContext } from "../shops/context.ts";

/** What a shop's bucket of cost points held when Shopify last said so; it fills up by itself. */
interface Bucket {
  readonly available: number;
  readonly most: number;
  readonly perSecond: number;
  readonly at: number;
}

/** Keeps each shop's queries within the cost that Shopify allows, by what Shopify itself says it has left. */
export interface Budget {
  /** Waits until the operation can be paid; at once where nothing is known of it. */
  wait(shop: ShopContext, operation: string): Promise<void>;
  /** Takes note of `extensions` of an answer. */
  spent(shop: ShopContext, operation: string, extensions: unknown): void;
  /** The same of an answer that says THROTTLED. */
  refused(shop: ShopContext, operation: string, extensions: unknown): void;
}

/** Where Shopify says nothing of what it wants. */
const UNKNOWN_WAIT_MS = 1_000;

export function createBudget(now: () => number, pause: (ms: number) => Promise<unknown>): Budget {
  const buckets = new Map<ShopContext, Bucket>();
  /** What operations were asked to pay, by their text. */
  const costs = new Map<string, number>();

  const note = (shop: ShopContext, operation: string, extensions: unknown): boolean => {
    const cost = readCost(extensions);
    if (cost === undefined) return false;
    costs.set(operation, cost.requested);
    buckets.set(shop, { ...cost, at: now() });
    return true;
  };
  return {
    async wait(shop, operation) {
      const bucket = buckets.get(shop);
      if (bucket === undefined) return;
      const cost = Math.min(costs.get(operation) ?? 0, bucket.most);
      const filled = bucket.available + ((now() - bucket.at) / 1_000) * bucket.perSecond;
      if (filled < cost) await pause(Math.ceil(((cost - filled) / bucket.perSecond) * 1_000));
    },
    spent: (shop, operation, extensions) => void note(shop, operation, extensions),
    refused(shop, operation, extensions) {
      if (note(shop, operation, extensions)) return;
      const cost = costs.get(operation) ?? 1;
      buckets.set(shop, { available: 0, most: cost, perSecond: cost / (UNKNOWN_WAIT_MS / 1_000), at: now() });
      costs.set(operation, cost);
    },
  };
}

function readCost(extensions: unknown) {
  const cost = field(extensions, "cost");
  const status = field(cost, "throttleStatus");
  const requested = field(cost, "requestedQueryCost");
  const [most, available, perSecond] = ["maximumAvailable", "currentlyAvailable", "restoreRate"].map((name) =>
    field(status, name),
  );
  if (typeof requested !== "number" || typeof most !== "number" || typeof available !== "number")
    return undefined;
  return typeof perSecond === "number" && perSecond > 0
    ? { requested, most, available, perSecond }
    : undefined;
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}
