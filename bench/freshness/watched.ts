import { ask, isHit } from "./ask.ts";

/** The largest delay in milliseconds of a reader who asks again and again until the work is done. Every answer must be a hit. */
export async function watched(url: string, work: () => Promise<unknown>): Promise<number> {
  let isOver = false;
  let largest = 0;
  const reading = (async () => {
    while (!isOver) {
      const begun = performance.now();
      const answer = await ask(url);
      largest = Math.max(largest, performance.now() - begun);
      if (!isHit(answer))
        throw new Error(`What nobody invalidated was forgotten too: ${answer.headers["cache-status"]}`);
    }
  })();
  try {
    await work();
  } finally {
    isOver = true;
    await reading;
  }
  return largest;
}
