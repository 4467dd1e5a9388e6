import type { FocalPoint } from "@freshet/core";

/**
 * The focal point that an editor set, as JSON fields hold it: `{x, y}` from 0 to 1, bare or under `focalPoint`. Undefined for
 * everything else, an empty one among it. Never throws.
 */
export function readFocalPoint(value: unknown): FocalPoint | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { focalPoint, x, y } = value as Readonly<Record<string, unknown>>;
  if (typeof focalPoint === "object" && focalPoint !== null) return readFocalPoint(focalPoint);
  return isShare(x) && isShare(y) ? { x, y, unit: "c" } : undefined;
}

const isShare = (value: unknown): value is number => typeof value === "number" && value >= 0 && value <= 1;
