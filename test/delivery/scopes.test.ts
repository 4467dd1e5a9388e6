import { createInvalidationClient, type InvalidationEntry } from "@freshet/core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { EDGES, type Edge } from "../support/edges.ts";
import { type Freshet, freePort, startFreshet } from "../support/freshet.ts";
import { isShade, type Origin, type Shade, shadeOf, startOrigin } from "../support/origin.ts";

const KEY = "client_0123456789abcdef";
const RED: Shade = { red: 200, green: 30, blue: 30 };
const GREEN: Shade = { red: 30, green: 180, blue: 60 };
const SMALL = { width: 32, height: 24 };
const WIDTHS = [10, 20];

/** Below the alias _site_. */
const PICTURES = [
  "alone.jpg",
  "top.jpg",
  "a/one.jpg",
  "a/two.jpg",
  "a/deep/three.jpg",
  "ab/four.jpg",
  "summer/hat.jpg",
  "b/summer/coat.jpg",
  "old/five.jpg",
  "1/2/3/4/5/6/7/8/9/ten.jpg",
  "1/2/3/4/5/6/7/8/eight.jpg",
];
const NESTED = PICTURES.slice(-2);
/** What is named by itself is read again some time later, whatever else is tested then. */
const ALONE = "alone.jpg";
const settled = (pictures: readonly string[]) => pictures.filter((picture) => picture !== ALONE);
const all = (...but: string[]) => PICTURES.filter((picture) => !but.includes(picture) && picture !== ALONE);

for (const kind of EDGES) {
  const { driver, missing } = kind;
  describe.skipIf(missing)(`an invalidation through ${driver}${missing ? ` ${missing}` : ""}`, () => {
    let origin: Origin;
    let node: Edge;
    let freshet: Freshet;

    const urlOf = (picture: string, width: number) => `/v7/_site_/${picture}?w=${width}&force_format=png`;
    const get = (picture: string, width: number) => fetch(`${node.url}${urlOf(picture, width)}`);
    const paintAll = async (shade: Shade) => {
      for (const picture of PICTURES) await origin.paint(`/media/${picture}`, shade, SMALL);
    };
    const post = async (body: unknown) =>
      fetch(`${freshet.url}/invalidate`, {
        method: "POST",
        headers: { "X-Client-Key": KEY },
        body: JSON.stringify(body),
      });
    const invalidate = async (body: unknown) => {
      const answer = await post(body);
      const receipt = (await answer.json()) as { invalidation: { uuid: string } };
      expect(answer.status, JSON.stringify(receipt)).toBe(201);
      const client = createInvalidationClient({ endpoint: freshet.url, apiKey: KEY });
      return (await client.waitUntilDone(receipt.invalidation.uuid)) as InvalidationEntry;
    };
    /** The pictures of which every variant that the node gives now has the colour. */
    const shown = async (shade: Shade) => {
      const found: string[] = [];
      for (const picture of PICTURES) {
        const shades = await Promise.all(
          WIDTHS.map(async (width) =>
            shadeOf(new Uint8Array(await (await get(picture, width)).arrayBuffer())),
          ),
        );
        if (shades.every((each) => isShade(each, shade))) found.push(picture);
      }
      return found;
    };

    beforeAll(async () => {
      const port = await freePort();
      [origin, node] = await Promise.all([startOrigin(), kind.start({ backendPort: port })]);
      freshet = await startFreshet({
        port,
        config: {
          projects: {
            demo: {
              apiKey: KEY,
              origins: { allow: ["127.0.0.1"], allowPrivate: true },
              aliases: { _site_: `${origin.url}/media`, "_site_/older_": `${origin.url}/media/old` },
              tags: [
                { match: "/summer/", tag: "summer" },
                { match: "_site_/a/one", tag: "one" },
                ...[3, 4, 5].map((each) => ({ match: `/nothing-${each}/`, tag: `nothing-${each}` })),
                { match: "/top.jpg", tag: "sixth" },
              ],
            },
          },
          cdn: [{ driver, nodes: [node.url] }],
        },
      });
    });
    afterAll(async () => {
      await freshet?.stop();
      await node?.stop();
      await origin?.close();
    });
    beforeEach(async () => {
      await paintAll(RED);
      await invalidate({ scope: "all" });
      await expect
        .poll(
          async () => {
            await shown(RED);
            const answers = await Promise.all(PICTURES.map((picture) => get(picture, 10)));
            return answers.every((answer) => answer.headers.get("cache-status")?.includes(`${driver}; hit`));
          },
          { timeout: 30_000 },
        )
        .toBe(true);
      expect(await shown(RED)).toEqual(PICTURES);
      await paintAll(GREEN);
    });

    const site = (path: string) => `/_site_/${path}`;
    it.each<{ of: string; body: object; covers: readonly string[] }>([
      { of: "originals", body: { scope: "original", urls: [site(ALONE)] }, covers: [ALONE] },
      { of: "everything", body: { scope: "all" }, covers: PICTURES },
      {
        of: "a folder",
        body: { scope: "original", urls: [site("a/*")] },
        covers: ["a/one.jpg", "a/two.jpg", "a/deep/three.jpg"],
      },
      {
        of: "a folder and an original, written in other ways",
        body: { scope: "original", urls: ["v7/_site_/a/deep/*", "_site_/%61lone.jpg"] },
        covers: ["a/deep/three.jpg", ALONE],
      },
      {
        of: "an alias with an alias in it",
        body: { scope: "original", urls: [site("*")] },
        covers: PICTURES,
      },
      {
        of: "the alias in it",
        body: { scope: "original", urls: [site("older_/*")] },
        covers: ["old/five.jpg"],
      },
      { of: "the widest wildcard", body: { scope: "original", urls: ["/*"] }, covers: PICTURES },
      {
        of: "a tag",
        body: { scope: "tags", tags: ["summer"] },
        covers: ["summer/hat.jpg", "b/summer/coat.jpg"],
      },
      {
        of: "two tags",
        body: { scope: "tags", tags: ["one", "summer"] },
        covers: ["a/one.jpg", "summer/hat.jpg", "b/summer/coat.jpg"],
      },
    ])("of $of covers every variant of exactly that", async ({ body, covers }) => {
      const entry = await invalidate(body);
      expect(entry.stages.flatMap(({ widened = [] }) => widened)).toEqual([]);
      expect(entry.evidence?.probes.asked).toBeGreaterThan(0);
      const green = await shown(GREEN);
      expect(settled(green)).toEqual(settled(PICTURES).filter((picture) => covers.includes(picture)));
      expect(green).toEqual(expect.arrayContaining([...covers]));
      expect(settled(await shown(RED))).toEqual(
        settled(PICTURES).filter((picture) => !covers.includes(picture)),
      );
    });

    it.each<{
      of: string;
      body: object;
      covers: readonly string[];
      spares: readonly string[];
      widened: object;
    }>([
      {
        of: "names that begin alike",
        body: { scope: "original", urls: [site("a*")] },
        covers: ["a/one.jpg", "a/two.jpg", "a/deep/three.jpg", "ab/four.jpg"],
        spares: [],
        widened: { asked: site("a*"), covered: expect.stringMatching(/^\/127\.0\.0\.1:\d+\/media\/\*$/) },
      },
      {
        of: "a folder deeper than tags go",
        body: { scope: "original", urls: [site("1/2/3/4/5/6/7/8/9/*")] },
        covers: ["1/2/3/4/5/6/7/8/9/ten.jpg"],
        spares: all(...NESTED),
        widened: {
          asked: site("1/2/3/4/5/6/7/8/9/*"),
          covered: expect.stringMatching(/^\/127\.0\.0\.1:\d+\/media\/1\/2\/3\/4\/5\/6\/\*$/),
        },
      },
      {
        of: "a tag that answers do not carry",
        body: { scope: "tags", tags: ["sixth"] },
        covers: ["top.jpg"],
        spares: [],
        widened: { asked: "sixth", covered: "/*" },
      },
      {
        of: "an exact URL",
        body: { scope: "urls", urls: ["/v7/_site_/alone.jpg?w=10&force_format=png"] },
        covers: [ALONE],
        spares: all(),
        widened: { asked: "/_site_/alone.jpg?w=10&force_format=png", covered: "/_site_/alone.jpg" },
      },
      {
        of: "variants, in the older form",
        body: { scope: "original", urls: [site(ALONE)], transformations: ["?w=10"] },
        covers: [ALONE],
        spares: all(),
        widened: { asked: "/_site_/alone.jpg ?w=10", covered: "/_site_/alone.jpg" },
      },
    ])("of $of covers it, and shows where it covers more", async ({ body, covers, spares, widened }) => {
      const entry = await invalidate(body);
      const nodes = entry.stages.find(({ status }) => status === "FLUSHINGCDNSERVERS");
      expect(nodes?.widened).toEqual([widened]);
      expect(await shown(GREEN)).toEqual(expect.arrayContaining([...covers]));
      expect(await shown(RED)).toEqual(expect.arrayContaining([...spares]));
    });

    it("whose tag or wildcard names nothing is refused with a code", async () => {
      for (const [body, code] of [
        [{ scope: "tags", tags: ["winter"] }, "TAG_UNKNOWN"],
        [{ scope: "original", urls: ["/sample*"] }, "PATH_WRONG"],
        [{ scope: "original", urls: ["/_site_/*/one.jpg"] }, "PATH_WRONG"],
        [{ scope: "urls", urls: [] }, "URLS_MISSING"],
      ]) {
        const answer = await post(body);
        expect([answer.status, await answer.json()]).toMatchObject([400, { status: "error", code }]);
      }
    });
  });
}
