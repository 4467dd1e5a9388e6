import { readdir, rm } from "node:fs/promises";
import { createServer, request as httpRequest, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createNginxDriver } from "@freshet/cdn/nginx";
import { afterEach, describe, expect, test } from "vitest";
import { NGINX_CHANGES, type NginxChange } from "../storm/without-nginx.ts";
import { type Nginx, type NginxOptions, nginxIsMissing, startNginx } from "../support/nginx.ts";
import { createEdge, KEPT, TAG } from "./edge.ts";
import { testEdge } from "./edge-suite.ts";

const missing = nginxIsMissing();
const { signal } = new AbortController();

describe.skipIf(missing)(`the shipped nginx configuration${missing ? ` ${missing}` : ""}`, () => {
  const edge = createEdge({ name: "nginx", start: startNginx, drive: createNginxDriver });
  const { newPath, cacheStatus, isKept, purge, get, seen } = edge;
  const more: Nginx[] = [];

  /** A node of the test's own. */
  async function start(options: Partial<NginxOptions> = {}): Promise<Nginx> {
    const nginx = await startNginx({ backendPort: edge.backendPort, ...options });
    more.push(nginx);
    return nginx;
  }
  const statusOf = async (nginx: Nginx, path: string) => {
    const response = await fetch(nginx.url + path);
    await response.arrayBuffer();
    return String(response.headers.get("cache-status"));
  };
  const isKeptBy = async (nginx: Nginx, path: string) => {
    await statusOf(nginx, path);
    return (await statusOf(nginx, path)).includes("hit");
  };
  const purgeOf = (nginx: Nginx, sequence: number, ...tags: readonly string[]) =>
    createNginxDriver({ node: nginx.url }).purgeTags?.({ sequence, project: "p", tags }, signal);
  const emptyDisk = async ({ folder }: Nginx) => {
    for (const part of await readdir(join(folder, "cache"))) {
      await rm(join(folder, "cache", part), { recursive: true });
    }
  };
  const tagNumber = (number: number) => `o-${number.toString(16).padStart(16, "0")}`;

  afterEach(async () => {
    await Promise.all(more.splice(0).map((nginx) => nginx.stop()));
  });

  testEdge(edge);

  describe("what is kept", () => {
    test.each([
      ["Accept-Encoding", true],
      ["accept, Accept-Encoding", true],
      ["Origin", false],
      ["Accept, Cookie", false],
    ])("an answer that varies by %s: %s", async (vary, kept) => {
      edge.answer.headers = { ...KEPT, Vary: vary };
      expect(await isKept(newPath())).toBe(kept);
    });

    test("what is not part of the key does not reach the server", async () => {
      await get(newPath(), { "x-anything": "1", referer: "https://a.example/", "accept-encoding": "gzip" });
      expect(Object.keys(seen[0]?.headers ?? {}).toSorted()).toEqual([
        "freshet-demand",
        "host",
        "x-forwarded-for",
        "x-forwarded-proto",
      ]);
    });

    test("an object that is gone from the disk is fetched again, and then kept again", async () => {
      const nginx = await start();
      const path = newPath();
      await createNginxDriver({ node: nginx.url }).join?.(1, signal);
      expect(await isKeptBy(nginx, path)).toBe(true);
      await emptyDisk(nginx);
      expect(await statusOf(nginx, path)).toContain("fwd=miss");
      expect(await isKeptBy(nginx, path)).toBe(true);
    });

    test("what is gone from the disk while the server is away is answered with a short sentence", async () => {
      const server = createServer((_, response) => response.writeHead(200, KEPT).end("x"));
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const nginx = await start({ backendPort: (server.address() as AddressInfo).port });
      await createNginxDriver({ node: nginx.url }).join?.(1, signal);
      expect(await isKeptBy(nginx, "/v7/a.jpg")).toBe(true);
      server.close();
      server.closeAllConnections();
      expect(await statusOf(nginx, "/v7/a.jpg")).toContain("hit");
      await emptyDisk(nginx);
      const reply = await fetch(`${nginx.url}/v7/a.jpg`);
      expect([reply.status, reply.headers.get("cache-control")]).toEqual([503, "no-store"]);
      expect(reply.headers.get("content-type")).toContain("text/plain");
      expect(await reply.text()).toContain("The image server does not answer.");
    });

    test("others hit while one visitor reads slowly", async () => {
      const path = newPath();
      edge.answer.body = "x".repeat(20_000_000);
      const slow = await new Promise<IncomingMessage>((resolve, reject) => {
        httpRequest(edge.node.url + path, { agent: false }, resolve)
          .on("error", reject)
          .end();
      });
      await expect.poll(() => cacheStatus(path), { timeout: 20_000 }).toContain("hit");
      expect(seen.length).toBeLessThan(3);
      slow.destroy();
    });
  });

  describe("numbers", () => {
    /** Purges one tag under many numbers at once, round after round; answers in how many an answer older than the newest was kept. */
    async function lost(changes: readonly NginxChange[], rounds: number): Promise<number> {
      const nginx = await start({ workers: 4, changes: changes.map((change) => NGINX_CHANGES[change]) });
      await createNginxDriver({ node: nginx.url }).join?.(1, signal);
      let kept = 0;
      for (let round = 0; round < rounds; round++) {
        const newest = 100 + round * 10;
        const tag = tagNumber(round);
        const numbers = [0, 3, 2, 9, 1, 4].map((less) => newest - less);
        await Promise.all(numbers.map((number) => purgeOf(nginx, number, tag)));
        edge.answer.headers = { ...KEPT, "Freshet-Stamp": newest - 1, xkey: tag };
        if (await isKeptBy(nginx, newPath())) kept++;
        edge.answer.headers = { ...KEPT, "Freshet-Stamp": newest, xkey: tag };
        expect(await isKeptBy(nginx, newPath())).toBe(true);
      }
      return kept;
    }

    test("the newest of many that come at once stays in force", async () => {
      expect(await lost([], 20)).toBe(0);
      expect(await lost(["the haste between comparing and setting"], 20)).toBe(0);
    });

    test("that is what one change at a time is for: without it some are lost", async () => {
      expect(await lost(["one change at a time", "the haste, others being let in"], 10)).toBeGreaterThan(0);
    });

    /** Keeps an old answer, purges it, and then so many other originals that their numbers do not fit. */
    async function overfill(nginx: Nginx): Promise<string> {
      await createNginxDriver({ node: nginx.url }).join?.(1, signal);
      const path = newPath();
      expect(await isKeptBy(nginx, path)).toBe(true);
      await purgeOf(nginx, 11, TAG);
      for (let first = 0; first < 2_000; first += 100) {
        const tags = Array.from({ length: 100 }, (_, place) => tagNumber(first + place));
        await purgeOf(nginx, 12 + first, ...tags);
      }
      return path;
    }

    test("a full dictionary brings no old answer back, neither from the disk nor from the server", async () => {
      const nginx = await start({ numbers: "64k" });
      const path = await overfill(nginx);
      expect(nginx.log()).toContain("freshet_numbers is full");
      expect(await statusOf(nginx, path)).toContain("detail=fenced");
      expect(await isKeptBy(nginx, path)).toBe(false);
      edge.answer.headers = { ...KEPT, "Freshet-Stamp": 2_000 };
      expect(await isKeptBy(nginx, path)).toBe(true);
      await purgeOf(nginx, 2_001, TAG);
      expect(await statusOf(nginx, path)).toContain("detail=fenced");
    });

    test("that is what giving them up is for: where room is made by forgetting one, the old answer is back", async () => {
      const nginx = await start({
        numbers: "64k",
        changes: [NGINX_CHANGES["giving numbers up together"]],
      });
      const path = await overfill(nginx);
      expect(await statusOf(nginx, path)).toContain("hit");
    });

    test("a node that was filled before it joined takes no base lower than what it gave up", async () => {
      const nginx = await start({ numbers: "64k" });
      for (let first = 0; first < 2_000; first += 100) {
        await purgeOf(nginx, 100, ...Array.from({ length: 100 }, (_, place) => tagNumber(first + place)));
      }
      await createNginxDriver({ node: nginx.url }).join?.(20, signal);
      edge.answer.headers = { ...KEPT, "Freshet-Stamp": 99 };
      expect(await isKeptBy(nginx, newPath())).toBe(false);
      edge.answer.headers = { ...KEPT, "Freshet-Stamp": 100 };
      expect(await isKeptBy(nginx, newPath())).toBe(true);
    });
  });

  describe.each(["quit", "stop", "crash"] as const)("started again with a warm disk after a %s", (how) => {
    /** An object stamped 10 that an invalidation covers, one that none covers, and the node started again. */
    async function again(changes: NginxOptions["changes"] = []) {
      const nginx = await start({ changes });
      const driver = createNginxDriver({ node: nginx.url });
      await driver.join?.(1, signal);
      const [covered, spared] = [newPath(), newPath()];
      edge.answer.headers = { ...KEPT, xkey: `${tagNumber(1)} t-00000000000000aa` };
      expect(await isKeptBy(nginx, covered)).toBe(true);
      edge.answer.headers = { ...KEPT, xkey: `${tagNumber(2)} t-00000000000000aa` };
      expect(await isKeptBy(nginx, spared)).toBe(true);
      await purgeOf(nginx, 11, tagNumber(1));
      await nginx.restart(how);
      expect(await nginx.filesOnDisk()).toBeGreaterThanOrEqual(2);
      return { nginx, driver, covered, spared };
    }
    const remembers = how !== "crash";

    test("it passes everything until it is told a number", async () => {
      const { nginx, covered, spared } = await again();
      for (const path of [covered, spared, newPath()]) {
        expect(await isKeptBy(nginx, path)).toBe(false);
        expect(await statusOf(nginx, path)).toContain("nginx; fwd=bypass; detail=fence-unknown");
      }
    });

    test("with the head alone, nothing from before is used", async () => {
      const { nginx, driver, covered, spared } = await again();
      expect((await driver.join?.(11, signal))?.was).toBe("joined");
      for (const path of [covered, spared]) expect(await statusOf(nginx, path)).not.toContain("hit");
    });

    test("told what was invalidated lately, it uses what was not, if it was shut down in order", async () => {
      const { nginx, driver, covered, spared } = await again();
      const recent = async () => ({ head: 11, since: 5, tags: [tagNumber(1)] });
      expect(await driver.join?.(11, signal, recent)).toEqual({ was: "joined", newest: 11 });
      expect(await statusOf(nginx, covered)).not.toContain("hit");
      if (remembers) expect(await statusOf(nginx, spared)).toContain("nginx; hit");
      else expect(await statusOf(nginx, spared)).toContain("fwd=miss");
    });

    test("what is older than everything it was told about is not used", async () => {
      const { nginx, driver, spared } = await again();
      const recent = async () => ({ head: 20, since: 11, tags: [] });
      expect(await driver.join?.(20, signal, recent)).toEqual({ was: "joined", newest: 20 });
      expect(await statusOf(nginx, spared)).not.toContain("hit");
    });

    test.runIf(remembers)("that is what the base is for: without it the old answer is back", async () => {
      const { nginx, driver, covered } = await again([NGINX_CHANGES["the base number"]]);
      await driver.join?.(11, signal);
      expect(await statusOf(nginx, covered)).toContain("hit");
    });
  });

  test("what belongs together is refused by a node that was started anew in between", async () => {
    const nginx = await start();
    const headers = { "freshet-sequence": "5", "freshet-purge-tags": TAG, "freshet-life": "0123456789ab" };
    const answer = await fetch(nginx.url, { method: "PURGE", headers });
    expect(answer.status).toBe(409);
    const joined = await fetch(`${nginx.url}/join`, {
      method: "FRESHET",
      headers: { ...headers, "freshet-base": "5" },
    });
    expect(joined.status).toBe(409);
    expect(await isKeptBy(nginx, newPath())).toBe(false);
  });

  test("a purge says how many tags it named, and the newest number heard", async () => {
    const { headers } = await purge(`${TAG} ${TAG}.g7 ${tagNumber(3)}`, "9");
    expect(headers["freshet-purged"]).toBe("2");
    expect(Number(headers["freshet-newest"])).toBeGreaterThanOrEqual(9);
  });
});
