import type { Cursor } from "@freshet/core";
import { isRecord } from "../json.ts";

/** Where a comparison stands; the connector keeps it together with the events that were found so far. */
export interface Standing {
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

/** Nobody was here before. */
export const NOTHING: Standing = {
  number: 0,
  alive: 0,
  ended: 0,
  left: [],
  skip: 0,
  isRead: false,
  at: 0,
  begun: 0,
};

/** Whatever else a cursor holds is nothing. */
export function readStanding(cursor: Cursor | undefined): Standing {
  try {
    const value: unknown = JSON.parse(cursor ?? "{}");
    return isRecord(value) ? { ...NOTHING, ...(value as Partial<Standing>) } : NOTHING;
  } catch {
    return NOTHING;
  }
}

export const writeStanding = (standing: Standing): Cursor => JSON.stringify(standing);
