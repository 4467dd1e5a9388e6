import type { Departure } from "./departure.ts";
import type { LaneName } from "./fair-lanes.ts";
import type { Promised } from "./render-queue.ts";

/** By what a request takes its turn when something has to be made for it. */
export interface Turn {
  readonly lane: LaneName;
  /** Of its client. */
  readonly departure?: Departure | undefined;
  /** Its place from before anything was known of its original. */
  readonly promised?: Promised | undefined;
  /**
   * Charges whoever asks with what is about to be made for him alone; in the unit of `estimateCost`.
   * @throws ServerError of `PERSONAL` when he has spent what he had.
   */
  readonly pay?: ((cost: number) => void) | undefined;
}
