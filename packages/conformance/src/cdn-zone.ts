import { inspect } from "node:util";
import type { CdnDriver } from "@freshet/core";
import { beforeEach, describe, expect, test } from "vitest";
import type { FakeZone } from "./zones/index.ts";

/** What the suite needs of the driver of a bought CDN. */
export interface CdnZoneSubject {
  readonly name: string;
  /** A new fake of the maker's API. */
  zone(): FakeZone;
  /** A driver with the credentials that the fake knows, which reaches it by this `fetch`. */
  drive(fetch: typeof globalThis.fetch, options?: { readonly timeoutMs?: number }): CdnDriver;
  /** What may be shown nowhere. */
  readonly secrets: readonly string[];
}

const PROJECT = "conformance";
const HOST = "https://img.example.com";

/** How a driver can be told, and the targets it is told by. */
type Way = "tags" | "urls" | "originals";

/** The contract of a `CdnDriver` whose ending is "probed": run it in a driver's own test file. */
export function testCdnZone(subject: CdnZoneSubject): void {
  const { signal } = new AbortController();
  let zone: FakeZone;
  let driver: CdnDriver;

  const tagOf = (place: number) => `o-${place.toString(16).padStart(16, "0")}`;
  const urlOf = (place: number) => `${HOST}/v7/_media_/${place}.jpg?w=300`;
  const originalOf = (place: number) => `/_media_/${place}.jpg`;
  const targetOf = (way: Way, place: number) =>
    ({ tags: tagOf, urls: urlOf, originals: originalOf })[way](place);
  const mostOf = (way: Way) => (way === "urls" ? driver.limits.urls : undefined) ?? driver.limits.batch;
  const purge = (way: Way, targets: readonly string[], by = driver, until = signal) => {
    const to = { sequence: 7, project: PROJECT };
    if (way === "tags") return by.purgeTags?.({ ...to, tags: targets }, until);
    if (way === "urls") return by.purgeUrls?.({ ...to, urls: targets }, until);
    return by.purgeOriginals?.({ ...to, originals: targets }, until);
  };
  const keep = (count: number, from = 0) => {
    for (let place = from; place < from + count; place += 1)
      zone.put({
        url: urlOf(place),
        tags: [tagOf(place), `${tagOf(place)}.g3`, "t-00000000000000aa"],
        original: originalOf(place),
      });
  };
  /** As many as a call takes by number and by bytes. */
  const fullBatch = (way: Way): readonly string[] => {
    const { bytes = Number.POSITIVE_INFINITY } = driver.limits;
    const targets: string[] = [];
    for (let place = 0; place < mostOf(way); place += 1) {
      if (JSON.stringify([...targets, targetOf(way, place)]).length > bytes && targets.length > 0) break;
      targets.push(targetOf(way, place));
    }
    return targets;
  };
  const faultOf = async (attempt: Promise<void> | undefined): Promise<Error & { readonly code?: string }> => {
    const outcome = await Promise.resolve(attempt).then(
      () => new Error("it resolved"),
      (error: unknown) => error,
    );
    if (!(outcome instanceof Error)) throw new Error(`It rejected with ${String(outcome)}.`);
    return outcome;
  };
  const expectQuiet = (shown: unknown): void => {
    const text = typeof shown === "string" ? shown : inspect(shown, { depth: 9, showHidden: true });
    for (const secret of subject.secrets) expect(text).not.toContain(secret);
  };

  const sample = subject.drive(async () => Response.error());
  const ways = [
    ...(sample.purgeTags ? (["tags"] as const) : []),
    ...(sample.purgeUrls ? (["urls"] as const) : []),
    ...(sample.purgeOriginals ? (["originals"] as const) : []),
  ];

  describe(`CDN zone contract: ${subject.name}`, () => {
    beforeEach(() => {
      zone = subject.zone();
      driver = subject.drive(zone.fetch);
      keep(3);
    });

    test("a driver names its node, rests on samples, can be told something, and states its bounds", () => {
      expect(driver.ending).toBe("probed");
      expect(driver.name).toMatch(/^[a-z]+ \S/);
      expect(ways.length).toBeGreaterThan(0);
      expect(driver.limits.batch).toBeGreaterThan(0);
      expect(driver.limits.settleMs).toBeGreaterThan(0);
      if (driver.purgeTags) expect(driver.reads?.tags?.header).toMatch(/^[A-Za-z-]+$/);
    });

    test.each(ways)("%s: a purge removes what was named, and nothing else", async (way) => {
      await purge(way, [targetOf(way, 1)]);
      expect([0, 1, 2].map((place) => zone.has(urlOf(place)))).toEqual([true, false, true]);
      expect(zone.requests.at(-1)?.status).toBeLessThan(300);
    });

    test.each(ways)("%s: the same purge again changes nothing and is accepted", async (way) => {
      await purge(way, [targetOf(way, 1)]);
      const before = zone.requests.length;
      await purge(way, [targetOf(way, 1)]);
      expect(zone.requests.length).toBe(before + 1);
      expect([0, 1, 2].map((place) => zone.has(urlOf(place)))).toEqual([true, false, true]);
    });

    test.each(ways)("%s: a full batch is one call, one more is refused, nothing is no call", async (way) => {
      const targets = fullBatch(way);
      keep(targets.length);
      await purge(way, [targetOf(way, 0)]);
      const before = zone.requests.length;
      await purge(way, targets);
      expect(zone.requests.length).toBe(before + 1);
      expect(targets.filter((_, place) => zone.has(urlOf(place)))).toEqual([]);
      const more = Array.from({ length: mostOf(way) + 1 }, (_, place) => targetOf(way, place));
      expect(await faultOf(purge(way, more))).toMatchObject({ code: "PURGE_TOO_LARGE" });
      await purge(way, []);
      expect(zone.requests.length).toBe(before + 1);
    });

    test.skipIf(!ways.includes("tags"))("a generation's tag goes alone, and its original stays", async () => {
      zone.put({ url: `${HOST}/old`, tags: [`${tagOf(9)}`, `${tagOf(9)}.g1`] });
      zone.put({ url: `${HOST}/new`, tags: [`${tagOf(9)}`, `${tagOf(9)}.g2`] });
      await purge("tags", [`${tagOf(9)}.g1`]);
      expect([zone.has(`${HOST}/old`), zone.has(`${HOST}/new`)]).toEqual([false, true]);
    });

    test.skipIf(!ways.includes("urls"))("an asterisk in a URL is a character", async () => {
      zone.put({ url: `${HOST}/v7/a-longer-name.jpg`, tags: [tagOf(9)] });
      await faultOf(purge("urls", [`${HOST}/v7/a*`]));
      expect(zone.has(`${HOST}/v7/a-longer-name.jpg`)).toBe(true);
    });

    test.skipIf(sample.purgeProject === undefined)(
      "the whole project goes where it is dedicated",
      async () => {
        await driver.purgeProject?.({ sequence: 7, project: PROJECT, tag: "t-00000000000000aa" }, signal);
        expect([0, 1, 2].map((place) => zone.has(urlOf(place)))).toEqual([false, false, false]);
      },
    );

    test.each(ways)(
      "%s: credentials that were taken back are an end, and are said so without showing them",
      async (way) => {
        await purge(way, [targetOf(way, 0)]);
        zone.behave("denied");
        const fault = await faultOf(purge(way, [targetOf(way, 1)]));
        expect(fault).toMatchObject({ code: "NODE_DENIED", isFinal: true });
        expect(fault.message).toContain(driver.name);
        expectQuiet(fault);
        expect(zone.has(urlOf(1))).toBe(true);
        zone.behave("well");
        await purge(way, [targetOf(way, 1)]);
        expect(zone.has(urlOf(1))).toBe(false);
      },
    );

    test.each(ways)("%s: too many requests are no end, and it is said when to come again", async (way) => {
      zone.behave({ busy: 17 });
      const said = await faultOf(purge(way, [targetOf(way, 1)]));
      expect(said).toMatchObject({ code: "NODE_BUSY", isFinal: false });
      zone.behave({ busy: undefined });
      expect(await faultOf(purge(way, [targetOf(way, 1)]))).toMatchObject({
        code: "NODE_BUSY",
        retryAfterMs: undefined,
      });
    });

    test.each(ways)(
      "%s: what is broken, or answered by somebody else, or cut off, is not accepted",
      async (way) => {
        for (const how of ["broken", "garbled", "lost"] as const) {
          zone.behave(how);
          const fault = await faultOf(purge(way, [targetOf(way, 1)]));
          expect(fault, how).toMatchObject({ isFinal: false });
          expect(["NODE_BROKEN", "NODE_UNREACHABLE"], how).toContain(fault.code);
          expect(fault.message, how).toContain(driver.name);
          expectQuiet(fault);
        }
      },
    );

    test.each(ways)("%s: an answer that never comes ends in time", async (way) => {
      const patient = subject.drive(zone.fetch, { timeoutMs: 60 });
      zone.behave("hanging");
      expect(await faultOf(purge(way, [targetOf(way, 1)], patient))).toMatchObject({ code: "NODE_SLOW" });
    });

    test.each(ways)("%s: what was aborted rejects with its reason, before or meanwhile", async (way) => {
      const wanted = new Error("no longer wanted");
      expect(await faultOf(purge(way, [targetOf(way, 1)], driver, AbortSignal.abort(wanted)))).toBe(wanted);
      zone.behave("hanging");
      const controller = new AbortController();
      const attempt = faultOf(purge(way, [targetOf(way, 1)], driver, controller.signal));
      setTimeout(() => controller.abort(wanted), 20);
      expect(await attempt).toBe(wanted);
    });

    test.skipIf(!ways.includes("tags"))(
      "what is confirmed in part is not accepted, where the maker says so",
      async () => {
        zone.behave("partial");
        const fault = await faultOf(purge("tags", [tagOf(1)]));
        if (fault.message === "it resolved") return expect(zone.has(urlOf(1))).toBe(false);
        expect(fault.message).toContain(driver.name);
      },
    );

    test("a driver shows none of its secrets", async () => {
      const [way = "tags"] = ways;
      await purge(way, [targetOf(way, 0)]);
      expectQuiet(driver);
      expectQuiet(JSON.stringify(driver));
      expectQuiet(driver.name);
    });
  });
}
