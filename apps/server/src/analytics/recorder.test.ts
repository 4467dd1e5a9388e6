import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { answerOf, NOON, newBuffer } from "./fixture.test.support.ts";
import { createObserver } from "./recorder.ts";

const metrics = { answered: () => {}, failed: () => {}, hit: () => {} };
function observe() {
  const buffer = newBuffer({ mostLines: 100_000 });
  const observer = createObserver({ metrics, buffer, countryHeader: undefined, now: () => NOON });
  const taken = () => {
    buffer.fold(NOON);
    return buffer.take().lines;
  };
  return { observer, taken };
}
/** As a parser gives it: a string that shares nothing with another. */
const header = (text: string): string => Buffer.from(text).toString();

test("hits are told apart by the referrer's host and the country, in each second anew", () => {
  const { observer, taken } = observe();
  const counter = observer.hits(() => answerOf());
  for (const second of [1, 2]) {
    for (let time = 0; time < 10; time += 1) {
      counter.add({});
      counter.add({ referer: `https://shop.example/${second}/${time}` });
      counter.add({ referer: "https://shop.example/", "cf-ipcountry": "de" });
      counter.add({ "cf-ipcountry": "DE" });
      counter.add({ referer: "no address", "cf-ipcountry": "nowhere" });
    }
    const lines = taken().map(({ referrer, country, hits }) => [referrer, country, hits]);
    expect(lines.toSorted()).toEqual(
      [
        [undefined, undefined, 20],
        ["shop.example", undefined, 10],
        ["shop.example", "DE", 10],
        [undefined, "DE", 10],
      ].toSorted(),
    );
  }
});

test("no hit is lost where referrers are too many to be told apart", () => {
  const { observer, taken } = observe();
  const counter = observer.hits(() => answerOf());
  for (let time = 0; time < 5_000; time += 1) counter.add({ referer: `https://${time}.example/` });
  const lines = taken();
  expect(lines.length).toBeLessThan(300);
  expect(lines.reduce((sum, { hits }) => sum + hits, 0)).toBe(5_000);
});

test("answers that are kept keep nothing of the headers that they were asked with", () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const { observer, taken } = observe();
  const counters = Array.from({ length: 400 }, (_, place) =>
    observer.hits(() => answerOf({ url: `/${place}.jpg` })),
  );
  const ask = (referers: readonly number[]) => {
    for (const [place, counter] of counters.entries()) {
      for (const size of referers) {
        const host = `${place}-${size}.${"long.".repeat(40)}example`;
        counter.add({ referer: header(`https://${host}/${"x".repeat(size)}`) });
        counter.add({ referer: undefined, "cf-ipcountry": header("y".repeat(size)) });
      }
    }
    taken();
    collect();
    return process.memoryUsage().heapUsed;
  };
  const before = ask([1_500]);
  const sizes = Array.from({ length: 100 }, (_, place) => (place % 10 === 0 ? 15_000 : 1_500) + place);
  expect(ask(sizes) - before).toBeLessThan(8_000_000);
});
