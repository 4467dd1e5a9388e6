import { join } from "node:path";
import { createAkamaiDriver } from "@freshet/cdn/akamai";
import { createCloudFrontDriver } from "@freshet/cdn/cloudfront";
import { testCdnZone } from "@freshet/conformance/cdn-zone";
import { ZONES } from "@freshet/conformance/zones";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createLane } from "../../apps/server/dist/invalidation/lane.js";
import { createMeters } from "../../apps/server/dist/invalidation/meter.js";
import { TUNING } from "../../apps/server/dist/invalidation/tuning.js";
import { installPart } from "../support/part.ts";

// The drivers that work by their makers' own clients, on fakes that check every signature.

const part = await installPart(join(import.meta.dirname, "../parts/cdn-clients"));
const API = "https://api.zone.example";
const { signal } = new AbortController();

const { accessKeyId: id, secretAccessKey: secret, ...distribution } = ZONES.cloudfront.at(API);
const DRIVERS = {
  akamai: (more: object) =>
    createAkamaiDriver({
      ...ZONES.akamai.at(API),
      load: async () => ({ default: part.require("akamai-edgegrid") }),
      ...more,
    }),
  cloudfront: (more: object) =>
    createCloudFrontDriver({
      ...{ ...distribution, credentials: { id, secret } },
      load: async () => part.require("@aws-sdk/client-cloudfront"),
      ...more,
    }),
};

for (const name of ["akamai", "cloudfront"] as const) {
  const { create, secrets } = ZONES[name];
  testCdnZone({
    name,
    zone: create,
    drive: (fetch, options) => DRIVERS[name]({ fetch, ...options }),
    secrets,
  });
}

describe("a client that is not installed", () => {
  const load = async () =>
    Promise.reject(Object.assign(new Error("not found"), { code: "ERR_MODULE_NOT_FOUND" }));

  test.each(["akamai", "cloudfront"] as const)("%s: is named, and the purge is no success", async (name) => {
    const driver = DRIVERS[name]({ load });
    const attempt = driver.purgeTags?.(
      { sequence: 1, project: "shop", tags: ["o-00000000000000aa"] },
      signal,
    );
    await expect(attempt).rejects.toMatchObject({ code: "CLIENT_MISSING", isFinal: true });
  });
});

describe("what is sent", () => {
  test("akamai: is what its documents show", async () => {
    const zone = ZONES.akamai.create();
    await DRIVERS.akamai({ fetch: zone.fetch }).purgeTags?.(
      { sequence: 1, project: "shop", tags: ["o-00000000000000aa", "t-00000000000000bb"] },
      signal,
    );
    const [{ method, url, body, status } = { method: "", url: new URL(API), body: "", status: 0 }] =
      zone.requests;
    expect([method, url.pathname, body, status]).toEqual([
      "POST",
      "/ccu/v3/delete/tag/production",
      '{"objects":["o-00000000000000aa","t-00000000000000bb"]}',
      201,
    ]);
  });

  test("cloudfront: is what the client sends, each time under a reference of its own", async () => {
    const zone = ZONES.cloudfront.create();
    const driver = DRIVERS.cloudfront({ fetch: zone.fetch });
    const purge = { sequence: 7, project: "shop", tags: ["o-00000000000000aa"] };
    await driver.purgeTags?.(purge, signal);
    await driver.purgeTags?.(purge, signal);
    expect(zone.requests.map(({ method, url }) => `${method} ${url.pathname}`)).toEqual([
      "POST /2020-05-31/distribution/E1Z9XAMPLE7KQW/invalidation",
      "POST /2020-05-31/distribution/E1Z9XAMPLE7KQW/invalidation",
    ]);
    const [first = "", second = ""] = zone.requests.map(({ body }) => body);
    const plain = (body: string) => body.replace(/freshet-7-[0-9a-f-]{36}/, "REFERENCE");
    expect(plain(first)).toBe(plain(second));
    expect(first).not.toBe(second);
    expect(plain(first)).toContain("<CallerReference>REFERENCE</CallerReference>");
    expect(plain(first)).toMatch(/<Paths>.*<Path>#o-00000000000000aa<\/Path>.*<\/Paths>/);
  });
});

describe("10,000 paths by the server's own lane, on a virtual clock", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  test.each(["akamai", "cloudfront"] as const)("%s: full calls, and none too many", async (name) => {
    vi.useFakeTimers({ now: Date.UTC(2026, 10, 28) });
    const zone = ZONES[name].create(Date.now);
    const driver = DRIVERS[name]({ fetch: zone.fetch });
    const tags = Array.from({ length: 10_000 }, (_, place) => `o-${place.toString(16).padStart(16, "0")}`);
    for (const [place, tag] of tags.entries())
      zone.put({ url: `https://img.example.com/${place}`, tags: [tag] });
    const lane = createLane(driver, createMeters(Date.now)(driver.limits), TUNING, Date.now, signal);
    const entries = Array.from({ length: 20 }, (_, at) => ({
      ...{ sequence: at + 1, project: "shop", projectTag: "t-00000000000000aa", by: "tags" as const },
      targets: tags.slice(at * 500, at * 500 + 500),
    }));
    let isOver = false;
    const all = Promise.all(entries.map((each) => lane.purge(each))).finally(() => {
      isOver = true;
    });
    while (!isOver) await vi.advanceTimersByTimeAsync(1_000);
    expect(await all).toEqual(entries.map(() => ({ kind: "done" })));
    expect(zone.requests.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 201));
    expect(tags.filter((_, place) => zone.has(`https://img.example.com/${place}`))).toEqual([]);
  });
});
