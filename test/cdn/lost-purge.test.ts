import type { InvalidationEntry } from "@freshet/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startDeafNode } from "../storm/deaf-node.ts";
import { startMovingOrigin, versionIn } from "../storm/moving-origin.ts";
import { EDGES, type EdgeKind } from "../support/edges.ts";
import { freePort, startFreshet } from "../support/freshet.ts";

const KEY = "client_0123456789abcdef";
const EVERY_TAG = "optu";

/** One server before one node, on whose way purges get lost as often as the test says. */
async function startWay(kind: EdgeKind) {
  await using started = new AsyncDisposableStack();
  const origin = await startMovingOrigin({ delay: () => 0, half: () => false });
  started.defer(origin.close);
  const port = await freePort();
  const edge = await kind.start({ backendPort: port });
  started.defer(edge.stop);
  const way = { lose: 0, purges: 0 };
  const node = await startDeafNode(edge.url, () => {
    way.purges += 1;
    if (way.lose <= 0) return "";
    way.lose -= 1;
    return EVERY_TAG;
  });
  started.defer(node.close);
  const section = {
    apiKey: KEY,
    origins: { allow: ["127.0.0.1"], allowPrivate: true },
    aliases: { _site_: `${origin.url}/media` },
  };
  const cdn = [{ driver: kind.driver, nodes: [node.url] }];
  const freshet = await startFreshet({ port, config: { projects: { demo: section }, cdn } });
  started.defer(freshet.stop);
  const headers = { "x-client-key": KEY };
  const api = async (method: string, path: string, body?: object) => {
    const answer = await fetch(freshet.url + path, {
      ...{ method, headers },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return (await answer.json()).invalidation;
  };
  const visit = async (path: string) => {
    const answer = await fetch(`${edge.url}/v7/_site_${path}?w=4&force_format=png`);
    const bytes = Buffer.from(await answer.arrayBuffer());
    return { version: await versionIn(bytes), status: answer.headers.get("cache-status") ?? "" };
  };
  const whole = started.move();
  return {
    way,
    node: `${kind.driver} ${node.url}`,
    change: (path: string) => origin.change([`/media${path}`]),
    visit,
    /** Asked for until the node keeps it. */
    async keep(path: string) {
      await expect
        .poll(async () => (await visit(path)).status, { timeout: 30_000 })
        .toContain(`${kind.driver}; hit`);
    },
    invalidate: async (path: string): Promise<string> =>
      (await api("POST", "/invalidate", { scope: "original", urls: [`/_site_${path}`] })).uuid,
    retry: (uuid: string) => api("POST", `/invalidate/${uuid}/retry`),
    async ended(uuid: string): Promise<InvalidationEntry> {
      let entry: InvalidationEntry | undefined;
      const look = async () => {
        entry = await api("GET", `/invalidate/${uuid}`);
        return entry?.status;
      };
      await expect.poll(look, { timeout: 60_000, interval: 5 }).toMatch(/^(DONE|ERROR|ERROR_CDN_NODE)$/);
      return entry as InvalidationEntry;
    },
    stop: () => whole.disposeAsync(),
  };
}

for (const kind of EDGES) {
  const { driver, missing } = kind;
  describe.skipIf(missing)(
    `purges that get lost on their way to ${driver}${missing ? ` ${missing}` : ""}`,
    () => {
      let line: Awaited<ReturnType<typeof startWay>>;
      beforeAll(async () => {
        line = await startWay(kind);
      });
      afterAll(() => line?.stop());

      test("are found by probes and sent again; Done comes only then", async () => {
        await line.change("/lost.png");
        await line.keep("/lost.png");
        const version = await line.change("/lost.png");
        line.way.lose = 1;
        line.way.purges = 0;
        const entry = await line.ended(await line.invalidate("/lost.png"));
        // Nobody who asks behind Done is given the old one.
        expect((await line.visit("/lost.png")).version).toBe(version);
        expect(entry).toMatchObject({
          status: "DONE",
          evidence: {
            bytes: { changed: 1 },
            probes: {
              stale: 0,
              repeats: 1,
              samples: [{ node: line.node, path: "/v7/_site_/lost.png?w=4&force_format=png", status: 200 }],
            },
          },
        });
        const [sample] = entry.evidence?.probes.samples ?? [];
        expect(sample?.stamp).toBeGreaterThanOrEqual(entry.sequence);
        expect(line.way.purges).toBe(2);
      });

      test("for ever end in ERROR_CDN_NODE with the node and the reason; a retry opens it again", async () => {
        const old = await line.change("/lie.png");
        await line.keep("/lie.png");
        const version = await line.change("/lie.png");
        line.way.lose = Number.POSITIVE_INFINITY;
        const uuid = await line.invalidate("/lie.png");
        const entry = await line.ended(uuid);
        expect(entry).toMatchObject({
          ...{ status: "ERROR_CDN_NODE", done_at: null, attempt: 1 },
          evidence: { probes: { repeats: 3 } },
        });
        expect(entry.error).toMatch(new RegExp(`^${line.node}: .*older than the invalidation`));
        expect(entry.evidence?.probes.stale).toBeGreaterThan(0);
        expect(entry.evidence?.probes.samples?.[0]).toMatchObject({ node: line.node, cache: "hit" });
        expect(entry.stages.flatMap(({ targets }) => targets)).toContainEqual(
          expect.objectContaining({ node: line.node, status: "failed", error: expect.any(String) }),
        );
        // It said so because it is so.
        expect((await line.visit("/lie.png")).version).toBe(old);

        line.way.lose = 0;
        await line.retry(uuid);
        expect(await line.ended(uuid)).toMatchObject({ status: "DONE", attempt: 2, error: null });
        expect((await line.visit("/lie.png")).version).toBe(version);
      });
    },
  );
}
