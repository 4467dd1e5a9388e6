import { setTimeout as sleep } from "node:timers/promises";
import { createInvalidationClient, isInvalidationError } from "@freshet/core";
import { describe, expect, test } from "vitest";
import { API_KEY, fleetIsMissing, startFleet } from "../fleet/fleet.ts";
import { versionIn } from "../storm/moving-origin.ts";
import { randomFrom } from "../storm/storm.ts";
import { full } from "../support/size.ts";
import { startHoarder } from "./hoarder.ts";
import { startObserver } from "./observe.ts";

/** Full size is what the promise is judged by. */
const SIZE = full
  ? { reads: 1_000_000, invalidations: 5_000, originals: 400 }
  : { reads: 10_000, invalidations: 50, originals: 40 };
const SEED = Number(process.env.FRESHET_TEST_SEED ?? Date.now() % 1_000_000);
const PATIENCE_MS = full ? 5_400_000 : 300_000;
/** Invalidations under way at most: beyond that reading goes on without waiting for more. */
const AT_ONCE = full ? 40 : 8;
const VARIANTS = 3;

/** Ten pictures in each. */
const FOLDERS = SIZE.originals / 10;
/** Between two looks at how far the observer is. */
const LOOK_MS = full ? 200 : 20;

const pictures = Array.from({ length: SIZE.originals }, (_, each) => `f${each % FOLDERS}/p${each}.png`);
const urlOf = (picture: string, variant: number) => `/v7/_site_/${picture}?w=${4 + variant}&force_format=png`;

describe.skipIf(fleetIsMissing)(`an observer${fleetIsMissing ? ` ${fleetIsMissing}` : ""}`, () => {
  test(
    `of ${SIZE.reads} reads beside ${SIZE.invalidations} invalidations sees 99.9999 % fresh, and can explain the others`,
    async () => {
      await using started = new AsyncDisposableStack();
      const random = randomFrom(SEED);
      const any = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
      const fleet = await startFleet({
        ...{ servers: 2, varnish: 1, nginx: 1, delay: () => random() * 10 },
        // As long as usual: a busy machine is not what is looked at here.
        leaseMs: 10_000,
      });
      started.defer(fleet.stop);
      const change = (some: readonly string[]) => fleet.origin.change(some.map((each) => `/media/${each}`));
      await change(pictures);
      const clients = fleet.apis.map((endpoint) => createInvalidationClient({ endpoint, apiKey: API_KEY }));
      const nodes = fleet.nodes.map(({ url }) => url);

      const everything = await any(clients).invalidate({ scope: "all" });
      await any(clients).waitUntilDone(everything.invalidation.uuid);
      const observer = await startObserver({
        nodes,
        server: fleet.apis[0] ?? "",
        apiKey: API_KEY,
        urls: pictures.flatMap((picture) =>
          Array.from({ length: VARIANTS }, (_, variant) => urlOf(picture, variant)),
        ),
        args: ["--rate", "100000", "--at-once", "16", "--sample", "3"],
      });
      const reads = () => observer.count("freshet_observer_reads_total");
      const judged = () => observer.count('freshet_observer_reads_total{node="');
      await expect.poll(judged, { timeout: 60_000 }).toBeGreaterThan(0);

      // Somebody who does not go by stamps looks too.
      const older: string[] = [];
      let ended = 0;
      const invalidate = async (number: number): Promise<void> => {
        const isFolder = number % 25 === 0;
        const folder = `f${(number / 25) % FOLDERS}/`;
        const covered = isFolder ? pictures.filter((each) => each.startsWith(folder)) : [any(pictures)];
        const version = await change(covered);
        const urls = isFolder ? [`/_site_/${folder}*`] : covered.map((each) => `/_site_/${each}`);
        const client = any(clients);
        const { invalidation } = await client.invalidate({ scope: "original", urls });
        await client.waitUntilDone(invalidation.uuid);
        const url = any(nodes) + urlOf(any(covered), Math.floor(random() * VARIANTS));
        const answer = await fetch(url);
        const seen = await versionIn(Buffer.from(await answer.arrayBuffer()));
        if (seen < version) older.push(`${url}: ${seen} of ${version}, ${invalidation.uuid}`);
        ended += 1;
      };
      const begun = performance.now();
      const underWay = new Set<Promise<void>>();
      let number = 0;
      let said = 0;
      for (
        let count = await reads();
        count < SIZE.reads || ended < SIZE.invalidations;
        count = await reads()
      ) {
        const due = Math.min(SIZE.invalidations, Math.floor((count / SIZE.reads) * SIZE.invalidations));
        while (number < due && underWay.size < AT_ONCE) {
          number += 1;
          // One that a busy server answered too late is made again: it is not what is looked at here.
          const work = invalidate(number)
            .catch((fault: unknown) => {
              if (!isInvalidationError(fault) || !fault.isPassing) throw fault;
              number -= 1;
            })
            .finally(() => underWay.delete(work));
          underWay.add(work);
        }
        await sleep(LOOK_MS);
        if (full && count / SIZE.reads >= said) {
          said += 0.05;
          const seconds = Math.round((performance.now() - begun) / 1_000);
          console.log(`${count} reads, ${ended} invalidations Done, after ${seconds} s`);
        }
      }
      await Promise.all(underWay);
      const { code, seen, err } = await observer.end("SIGINT");
      const { named, ...counts } = seen;
      console.log(`seed ${SEED}: ${JSON.stringify(counts)}${err === "" ? "" : `\n${err}`}`);

      expect(older, `seed ${SEED}`).toEqual([]);
      expect(seen.reads).toBeGreaterThanOrEqual(SIZE.reads);
      // Nearly every answer could be judged: the claim is about all of them. On a busy machine some are refused for a moment (503).
      expect(seen.judged).toBeGreaterThan(seen.reads * 0.99);
      expect(seen.invalidations.done).toBeGreaterThanOrEqual(SIZE.invalidations);
      expect(seen.invalidations.failed).toBe(0);
      expect(seen.misses, `${JSON.stringify(named)}`).toBeLessThanOrEqual(seen.judged / 1_000_000);
      expect(named).toHaveLength(seen.misses);
      expect(code).toBe(seen.misses === 0 ? 0 : 1);
    },
    PATIENCE_MS,
  );

  test("names what a cache that nobody registered goes on giving, with its trace", async () => {
    await using started = new AsyncDisposableStack();
    const fleet = await startFleet({ servers: 1, varnish: 1, nginx: 0 });
    started.defer(fleet.stop);
    const [server] = fleet.servers;
    const hoarder = await startHoarder(server?.url ?? "");
    started.defer(hoarder.close);
    await fleet.origin.change(["/media/a.png", "/media/b.png"]);
    const url = urlOf("a.png", 0);
    const observer = await startObserver({
      nodes: [hoarder.url, fleet.nodes[0]?.url ?? ""],
      ...{ server: server?.url ?? "", apiKey: API_KEY, urls: [url, urlOf("b.png", 0)] },
      args: ["--rate", "50"],
    });
    await expect
      .poll(() => observer.count("freshet_observer_reads_total"), { timeout: 60_000 })
      .toBeGreaterThan(20);
    const client = createInvalidationClient({ endpoint: server?.url ?? "", apiKey: API_KEY });
    await fleet.origin.change(["/media/a.png"]);
    const { invalidation } = await client.invalidate({ scope: "original", urls: ["/_site_/a.png"] });
    await client.waitUntilDone(invalidation.uuid);
    const missed = () => observer.count(`freshet_observer_reads_total{node="${hoarder.url}",result="older"}`);
    await expect.poll(missed, { timeout: 30_000 }).toBeGreaterThan(3);

    const { code, seen, err } = await observer.end("SIGINT");
    expect(code).toBe(1);
    expect(new Set(seen.named.map(({ node }) => node))).toEqual(new Set([hoarder.url]));
    expect(new Set(seen.named.map((each) => each.url))).toEqual(new Set([url]));
    const [first] = seen.named;
    expect(first).toMatchObject({
      older_than: { uuid: invalidation.uuid, entry: { status: "DONE", uuid: invalidation.uuid } },
      again: { is_fresh: false },
    });
    expect(first?.stamp).toBeLessThan(first?.older_than.sequence ?? 0);
    expect(first?.older_than.entry.stages.length).toBeGreaterThanOrEqual(4);
    expect(err).toContain(`MISS ${hoarder.url}${url}`);
  }, 120_000);
});
