import { join } from "node:path";
import { type FakeZone, ZONES, type ZoneKind } from "@freshet/conformance/zones";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask } from "../support/ask.ts";
import { type Freshet, freePort, startFreshet } from "../support/freshet.ts";
import { type Origin, startOrigin } from "../support/origin.ts";
import { installPart } from "../support/part.ts";
import { startVarnish, type Varnish, varnishIsMissing } from "../support/varnish.ts";

// A server with every bought CDN behind a real Varnish: what each is told, what the journal says of it, and what its faults lead to.

const HOST = "img.example.com";
const KEY = "client_zones_0123456789";
const KINDS = Object.keys(ZONES) as readonly ZoneKind[];
/** In which header of an answer each finds tags, and how they are divided. */
const TAGS: Readonly<Partial<Record<ZoneKind, readonly [header: string, separator: RegExp]>>> = {
  akamai: ["edge-cache-tag", /,/],
  bunny: ["cdn-tag", /,/],
  cloudflare: ["cache-tag", /\s*,\s*/],
  cloudfront: ["cache-tag", /\s*,\s*/],
  fastly: ["surrogate-key", / /],
  google: ["cache-tag", /\s*,\s*/],
  keycdn: ["cache-tag", /\s+/],
};
const SUMMER = "/v7/_media_/summer/a.jpg?w=20";
const HAT = "/v7/_media_/hat.jpg?w=20";
const HAT_LARGE = "/v7/_media_/hat.jpg?w=40";
const ALL = [SUMMER, HAT, HAT_LARGE] as const;

interface Target {
  readonly node: string;
  readonly status: string;
  readonly by?: string;
  readonly error?: string;
  readonly attempts: number;
}
interface Entry {
  readonly status: string;
  readonly error: string | null;
  readonly stages: readonly {
    readonly status: string;
    readonly targets: readonly Target[];
    readonly widened?: unknown;
  }[];
}

const missing = await varnishIsMissing();

describe.skipIf(missing !== undefined)(
  `every bought CDN behind Varnish${missing ? `: ${missing}` : ""}`,
  () => {
    const zones = new Map<ZoneKind, FakeZone>();
    const closing: (() => Promise<void>)[] = [];
    let origin: Origin;
    let varnish: Varnish;
    let freshet: Freshet;

    const zone = (kind: ZoneKind): FakeZone => {
      const found = zones.get(kind);
      if (!found) throw new Error(`${kind} is not started`);
      return found;
    };
    const api = async (method: string, path: string, body?: unknown) => {
      const response = await fetch(freshet.url + path, {
        method,
        headers: { "X-Client-Key": KEY, ...(body ? { "Content-Type": "application/json" } : {}) },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      return (await response.json()) as { readonly invalidation: Entry & { readonly uuid: string } };
    };
    const nodesOf = ({ stages }: Entry) =>
      stages.find(({ status }) => status === "FLUSHINGCDNSERVERS")?.targets ?? [];
    const targetOf = (entry: Entry, kind: string) =>
      nodesOf(entry).find(({ node }) => node.startsWith(`${kind} `));
    const ended = async (uuid: string): Promise<Entry> => {
      let entry: Entry | undefined;
      await expect
        .poll(
          async () => {
            entry = (await api("GET", `/invalidate/${uuid}`)).invalidation;
            return entry.status;
          },
          { timeout: 90_000, interval: 100 },
        )
        .toMatch(/^(DONE|ERROR.*)$/);
      return entry as Entry;
    };
    const accept = async (body: unknown) => (await api("POST", "/invalidate", body)).invalidation.uuid;
    const invalidate = async (body: unknown) => ended(await accept(body));

    const edgePort = () => Number(new URL(varnish.url).port);

    /** Visitors come, and every CDN keeps what it may: what its own headers say. */
    const visit = async (): Promise<void> => {
      for (const path of ALL) {
        // What no list has yet may be kept nowhere.
        await expect
          .poll(async () => (await ask({ port: edgePort() }, HOST, path)).headers.get("cache-control"), {
            timeout: 20_000,
          })
          .toMatch(/^public/);
        const { status, headers } = await ask(freshet, HOST, path);
        expect(status).toBe(200);
        for (const kind of KINDS) {
          const [header, separator] = TAGS[kind] ?? [];
          const tags =
            header === undefined || separator === undefined
              ? []
              : (headers.get(header) ?? "").split(separator);
          const original = path.replace(/^\/v7/, "").replace(/\?.*/, "");
          zone(kind).put({ url: `https://${HOST}${path}`, tags, original });
        }
      }
    };
    /** Which of the three answers each CDN still has. */
    const kept = (kind: ZoneKind) => ALL.map((path) => zone(kind).has(`https://${HOST}${path}`));

    beforeAll(async () => {
      const part = await installPart(join(import.meta.dirname, "../parts/cdn-clients"));
      origin = await startOrigin();
      for (const path of ["/media/hat.jpg", "/media/summer/a.jpg"])
        await origin.paint(path, { red: 200, green: 10, blue: 10 }, { width: 60, height: 60 });
      const port = await freePort();
      varnish = await startVarnish({ backendPort: port });
      const cdn: object[] = [{ driver: "varnish", nodes: [varnish.url] }];
      for (const kind of KINDS) {
        const made = ZONES[kind].create();
        const { url, close } = await made.listen();
        zones.set(kind, made);
        closing.push(close);
        const more = kind === "azure" || kind === "cloudimage" ? { dedicated: true } : {};
        cdn.push({ driver: kind, ...ZONES[kind].at(url), ...more });
      }
      freshet = await startFreshet({
        port,
        config: {
          projects: {
            shop: {
              apiKey: KEY,
              hosts: [HOST],
              origins: { allowPrivate: true },
              aliases: { _media_: `${origin.url}/media` },
              tags: [{ match: "/summer/", tag: "campaign-x" }],
            },
          },
          cdn,
        },
        env: {
          TEST_PART_FOLDER: part.folder,
          NODE_OPTIONS: `--import=${new URL("../support/resolve-part.mjs", import.meta.url).href}`,
        },
      });
    });
    afterAll(async () => {
      await freshet?.stop();
      await varnish?.stop();
      await origin?.close();
      await Promise.all(closing.map((close) => close()));
    });

    test("an original is forgotten by all of them, and its neighbour by none", async () => {
      await visit();
      const entry = await invalidate({ scope: "original", urls: ["/_media_/hat.jpg"] });
      expect(entry.error).toBeNull();
      expect(entry.status).toBe("DONE");
      for (const kind of KINDS) expect(kept(kind), kind).toEqual([true, false, false]);
      const by = Object.fromEntries(nodesOf(entry).map(({ node, by: how }) => [node.split(" ")[0], how]));
      expect(by).toEqual({
        ...Object.fromEntries([...KINDS, "varnish"].map((kind) => [kind, "tags"])),
        azure: "paths",
        cloudimage: "originals",
      });
      expect(zone("azure").requests.at(-1)?.body).toBe('{"contentPaths":["/v7/_media_/hat.jpg"]}');
      expect(zone("cloudimage").requests.at(-1)?.body).toBe(
        '{"scope":"original","urls":["/_media_/hat.jpg"]}',
      );
    });

    test.each([
      ["a folder", { scope: "original", urls: ["/_media_/summer/*"] }],
      ["a tag", { scope: "tags", tags: ["campaign-x"] }],
    ])("%s goes to all that can be told it, and the one that cannot says so", async (_, body) => {
      await visit();
      const entry = await invalidate(body);
      for (const kind of KINDS.filter((each) => each !== "cloudimage")) {
        expect(targetOf(entry, kind)?.status, kind).toBe("done");
        expect(kept(kind), kind).toEqual([false, true, true]);
      }
      expect(entry.status).toBe("ERROR_CDN_NODE");
      expect(entry.error).toBe("cloudimage doc: This kind of node can be told neither folders nor tags.");
      expect(kept("cloudimage")).toEqual([true, true, true]);
    });

    test("an exact URL goes as such to those that know URLs, and what is more is shown", async () => {
      await visit();
      const entry = await invalidate({ scope: "urls", urls: [`https://${HOST}${HAT}`] });
      expect(entry.error).toBeNull();
      for (const kind of ["akamai", "bunny", "cloudflare", "cloudfront", "fastly", "keycdn"] as const)
        expect(kept(kind), kind).toEqual([true, false, true]);
      for (const kind of ["azure", "google", "cloudimage"] as const)
        expect(kept(kind), kind).toEqual([true, false, false]);
      const stage = entry.stages.find(({ status }) => status === "FLUSHINGCDNSERVERS");
      expect(stage?.widened).toEqual([{ asked: "/_media_/hat.jpg?w=20", covered: "/_media_/hat.jpg" }]);
    });

    test("everything is forgotten by all of them", async () => {
      await visit();
      const entry = await invalidate({ scope: "all" });
      expect(entry.error).toBeNull();
      for (const kind of KINDS) expect(kept(kind), kind).toEqual([false, false, false]);
      expect(zone("cloudimage").requests.at(-1)?.body).toBe('{"scope":"all"}');
      expect(zone("azure").requests.at(-1)?.body).toBe('{"contentPaths":["/*"]}');
      // By the project's tag, never by emptying a zone.
      expect(zone("cloudflare").requests.at(-1)?.body).toMatch(/^\{"tags":\["t-[0-9a-f]{16}"\]\}$/);
    });

    test("each fault ends as it should, holds nobody else back, and a retry asks only those that failed", async () => {
      await visit();
      zone("fastly").behave({ slowMs: 3_000 });
      zone("cloudflare").behave({ busy: 1 });
      zone("google").behave("broken");
      zone("bunny").behave("denied");
      zone("keycdn").behave("lost");
      const begun = performance.now();
      const uuid = await accept({ scope: "original", urls: ["/_media_/hat.jpg"] });
      const healthy = ["akamai", "azure", "cloudfront", "cloudimage"] as const;
      await expect
        .poll(() => healthy.map((kind) => kept(kind)[1]), { timeout: 30_000, interval: 20 })
        .toEqual(healthy.map(() => false));
      // The slow one has not answered yet, or this machine was slow itself.
      if (performance.now() - begun < 2_500) expect(kept("fastly")).toEqual([true, true, true]);
      const before = zone("cloudflare").requests.length;
      await expect.poll(() => zone("cloudflare").requests.length).toBeGreaterThan(before - 1);
      zone("cloudflare").behave("well");
      await expect.poll(() => kept("keycdn")[1]).toBe(false);
      zone("keycdn").behave("well");

      const entry = await ended(uuid);
      expect(entry.status).toBe("ERROR_CDN_NODE");
      expect(entry.error).toMatch(/bunny 48213 does not accept the credentials/);
      expect(entry.error).toMatch(/google pictures-1\/images did not confirm/);
      expect(entry.error).not.toMatch(/fastly|cloudflare|keycdn/);
      for (const kind of KINDS) {
        const isFailed = kind === "bunny" || kind === "google";
        expect(targetOf(entry, kind)?.status, kind).toBe(isFailed ? "failed" : "done");
        expect(kept(kind)[1], kind).toBe(isFailed);
      }
      expect(targetOf(entry, "bunny")?.attempts).toBe(1);
      expect(targetOf(entry, "google")?.attempts).toBe(8);
      expect(targetOf(entry, "cloudflare")?.attempts).toBeGreaterThan(1);
      expect(targetOf(entry, "keycdn")?.attempts).toBeGreaterThan(1);

      const asked = new Map(KINDS.map((kind) => [kind, zone(kind).requests.length]));
      for (const kind of KINDS) zone(kind).behave("well");
      await api("POST", `/invalidate/${uuid}/retry`);
      const again = await ended(uuid);
      expect(again.error).toBeNull();
      expect(again.status).toBe("DONE");
      for (const kind of KINDS) {
        expect(kept(kind)[1], kind).toBe(false);
        const isAsked = kind === "bunny" || kind === "google";
        if (!isAsked) expect(zone(kind).requests.length, kind).toBe(asked.get(kind));
      }
    });

    test("no maker was asked too often, and no secret was logged or shown", async () => {
      for (const kind of KINDS.filter((each) => each !== "cloudflare"))
        expect(
          zone(kind).requests.filter(({ status }) => status === 429),
          kind,
        ).toEqual([]);
      const { invalidations } = (await api("GET", "/invalidate?limit=100")) as unknown as {
        invalidations: unknown;
      };
      const shown = freshet.logs() + JSON.stringify(invalidations);
      for (const kind of KINDS)
        for (const secret of ZONES[kind].secrets)
          expect(shown.includes(secret), `${kind}: ${secret}`).toBe(false);
    });
  },
);
