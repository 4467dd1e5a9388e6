import { Agent, get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** Hits a second by a clock, not by answers: a slow one does not keep the next from being asked. */
export const HITS_PER_SECOND = 50;

/** Hits at a fixed rate for so many seconds; the milliseconds of each. Rejects unless every answer is a 200. */
export function hitsFor(url: string, seconds: number): Promise<readonly number[]> {
  return hitsWhile(url, (asked) => asked < seconds * HITS_PER_SECOND);
}

/** The same for as long as `goesOn`, which is told how many were asked for, says so. */
export async function hitsWhile(url: string, goesOn: (asked: number) => boolean): Promise<readonly number[]> {
  const begun = performance.now();
  const asked: Promise<number>[] = [];
  while (goesOn(asked.length)) {
    await sleep(Math.max(0, begun + (asked.length * 1_000) / HITS_PER_SECOND - performance.now()));
    const hit = timed(url).then(({ status, milliseconds }) => {
      if (status !== 200) throw new Error(`A hit was answered ${status}.`);
      return milliseconds;
    });
    // Told at the end, by all of them together.
    hit.catch(() => {});
    asked.push(hit);
  }
  return Promise.all(asked);
}

/** Of every hit: what a browser accepts. */
export const HEADERS = { accept: "image/avif,image/webp,*/*" };

const agent = new Agent({ keepAlive: true });

/** One request until its last byte, whatever it is answered. */
export function timed(
  url: string,
): Promise<{ readonly status: number; readonly error: string | undefined; readonly milliseconds: number }> {
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    get(url, { agent, headers: HEADERS }, (answer) => {
      const error = answer.headers["freshet-error"];
      answer.on("error", reject);
      answer.on("end", () =>
        resolve({
          status: answer.statusCode ?? 0,
          error: Array.isArray(error) ? error[0] : error,
          milliseconds: performance.now() - begun,
        }),
      );
      answer.resume();
    }).on("error", reject);
  });
}
