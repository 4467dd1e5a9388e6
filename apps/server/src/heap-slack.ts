import { getHeapSpaceStatistics, getHeapStatistics, setFlagsFromString } from "node:v8";

/**
 * Bytes that a heap may grow by between two walks through it, however small it is. V8 plans for the rate of allocation alone: of a server
 * that allocates little it goes through tens of megabytes for every two or three, which is once for each picture that is rendered.
 */
const SLACK_BYTES = 6 * 2 ** 20;
/** A small heap may grow to four times its size, a large one by so much at least, where V8 itself would allow a tenth. */
const LEAST_PERCENT = 15;
const MOST_PERCENT = 300;
const ADJUSTED_EVERY_MS = 10_000;

/**
 * Bytes that the young generation may take. V8 doubles it for as long as something survives, up to 134 million, and then keeps them; a
 * server that allocates a few megabytes a second has nothing from that.
 */
export const YOUNG_BYTES = 16 * 2 ** 20;
const WATCHED_EVERY_MS = 250;

/** Percent of itself by which a heap of this size may grow until it is looked through again. */
export const growthOf = (usedBytes: number): number =>
  Math.min(MOST_PERCENT, Math.max(LEAST_PERCENT, Math.round((SLACK_BYTES / usedBytes) * 100)));

/** Tells V8 so, now and as the heap grows and shrinks. It reads the flags whenever it has collected, in every thread. */
export function keepSlack(): void {
  const adjust = () =>
    setFlagsFromString(`--heap-growing-percent=${growthOf(getHeapStatistics().used_heap_size)}`);
  adjust();
  setInterval(adjust, ADJUSTED_EVERY_MS).unref();
  let growth = 0;
  const watch = () => {
    const wanted = youngBytes() < YOUNG_BYTES ? 2 : 1;
    if (wanted !== growth) setFlagsFromString(`--semi-space-growth-factor=${wanted}`);
    growth = wanted;
  };
  watch();
  setInterval(watch, WATCHED_EVERY_MS).unref();
}

const youngBytes = (): number =>
  getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space")?.space_size ?? 0;
