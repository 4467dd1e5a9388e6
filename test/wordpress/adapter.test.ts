import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInvalidationClient, type InvalidationClient, type InvalidationEntry } from "@freshet/core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { startConnector } from "../support/connector.ts";
import { freePort, startFreshet } from "../support/freshet.ts";
import { startVarnish, type Varnish, varnishIsMissing } from "../support/varnish.ts";
import { type Media, startWordpress, type WordPress, wordpressIsMissing } from "../support/wordpress.ts";

const PLUGIN = join(import.meta.dirname, "../../apps/wordpress/plugin");
const KEY = "client_0123456789abcdef";
const SECRET = "a-secret-of-both-sides";
const SLOW = { timeout: 60_000, interval: 100 };
/** The server reads an original again this long after an invalidation, and would notice a change by itself then. */
const RECHECK_MS = 5_000;

const missing = wordpressIsMissing() ?? (await varnishIsMissing());

interface SiteView {
  readonly site: string;
  readonly reconcile: {
    readonly state: string;
    readonly pass: number;
    readonly found: number;
    readonly error?: string;
  };
}

describe.skipIf(missing)(`a look through everything a WordPress has ${missing ?? ""}`, () => {
  const started = new AsyncDisposableStack();
  let varnish: Varnish;
  let api: string;
  let journal: Pick<InvalidationClient, "list">;
  /** One with the plugin, whose push leads nowhere, and one that never heard of Freshet. */
  let withPlugin: WordPress;
  let plain: WordPress;
  const media = new Map<string, Media>();

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), "freshet-adapter-"));
    started.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
    const [serverPort, port] = [await freePort(), await freePort()];
    varnish = await startVarnish({ backendPort: serverPort });
    started.defer(varnish.stop);
    const constants = {
      ...{ FRESHET_ENDPOINT: varnish.url, FRESHET_SECRET: SECRET },
      FRESHET_CONNECTOR: `http://127.0.0.1:${await freePort()}`,
    };
    [withPlugin, plain] = await Promise.all([
      startWordpress({ plugins: [PLUGIN], constants }),
      startWordpress(),
    ]);
    started.defer(withPlugin.stop);
    started.defer(plain.stop);
    for (const name of ["hat", "coat", "shoe"])
      media.set(name, await plain.upload(`${name}.jpg`, await paint("#c81e1e")));
    media.set("cap", await withPlugin.upload("cap.jpg", await paint("#c81e1e")));

    const config = join(folder, "freshet.config.json");
    const secretFile = join(folder, "wordpress.secret");
    await writeFile(secretFile, SECRET);
    await writeFile(
      config,
      JSON.stringify({
        projects: { demo: { apiKey: KEY, origins: { allow: ["127.0.0.1"], allowPrivate: true } } },
        cdn: [{ driver: "varnish", nodes: [varnish.url] }],
        connectors: {
          addresses: [`127.0.0.1:${port}`],
          wordpress: [
            { site: withPlugin.url, secretFile },
            { site: plain.url, mode: "head", requestsPerSecond: 200 },
          ],
        },
      }),
    );
    const freshet = await startFreshet({ port: serverPort, env: { FRESHET_CONFIG: config } });
    started.defer(freshet.stop);
    api = freshet.url;
    journal = createInvalidationClient({ endpoint: api, apiKey: KEY });
    const connector = await startConnector({ config, dataFolder: freshet.dataFolder, serverPort, port });
    started.defer(connector.stop);
    await vi.waitFor(async () => {
      const { connectors } = await call<{ connectors: { id: string; is_present: boolean }[] }>("GET", "");
      expect(connectors).toMatchObject([{ id: "wordpress", kind: "wordpress", is_present: true }]);
    }, SLOW);
  }, 180_000);
  afterAll(() => started.disposeAsync());

  async function call<Answer>(method: string, path: string): Promise<Answer> {
    const response = await fetch(`${api}/connectors${path}`, { method, headers: { "x-client-key": KEY } });
    const text = await response.text();
    if (response.status >= 300) throw new Error(`${response.status} ${text}`);
    return JSON.parse(text) as Answer;
  }
  const hostOf = ({ url }: WordPress) => new URL(url).host;
  const walkOf = async (site: WordPress) => {
    const { sites } = await call<{ sites: SiteView[] }>("GET", "/wordpress/status");
    const found = sites.find((each) => each.site === hostOf(site));
    if (found === undefined) throw new Error(`The connector does not know ${site.url}.`);
    return found.reconcile;
  };
  const walked = (site: WordPress, pass: number) =>
    vi.waitFor(async () => expect(await walkOf(site)).toMatchObject({ state: "resting", pass }), SLOW);
  /** Asks through the server, as the console does, and waits until the walk is through. */
  const reconcile = async (site: WordPress) => {
    const { pass } = await walkOf(site);
    const { sites } = await call<{ sites: string[] }>("POST", `/wordpress/reconcile?site=${hostOf(site)}`);
    expect(sites).toEqual([hostOf(site)]);
    await walked(site, pass + 1);
  };
  const invalidated = (original: string) =>
    vi.waitFor(async () => {
      const { invalidations } = await journal.list({ limit: 100 });
      const entry = invalidations.find(
        (each) => each.cause.kind === "wordpress" && each.urls.invalidated.includes(`/${new URL(original)}`),
      );
      expect(entry?.status).toBe("DONE");
      return entry as InvalidationEntry;
    }, SLOW);
  const look = async (original: string, query = "w=90") => {
    const response = await fetch(`${varnish.url}/v7/${original}?${query}`);
    const bytes = Buffer.from(await response.arrayBuffer());
    if (response.status !== 200) return `${response.status}`;
    const { dominant } = await sharp(bytes).stats();
    return dominant.r > dominant.b ? "old" : "new";
  };
  const original = (name: string) => media.get(name)?.url ?? "";

  test("learns a site without the plugin and purges nothing", async () => {
    await walked(plain, 1);
    const { invalidations } = await journal.list({ limit: 100 });
    const paths = invalidations.flatMap((each) => each.urls.invalidated);
    expect(paths.filter((path) => path.includes(hostOf(plain)))).toEqual([]);
  });

  test("finds there what was overwritten and what was deleted, and the CDN is fresh after Done", async () => {
    for (const name of ["hat", "coat", "shoe"])
      for (const query of ["w=90", "w=90", "w=60&vh=1"])
        expect(await look(original(name), query)).toBe("old");
    await plain.overwrite(original("hat"), await paint("#1e3cc8"));
    await plain.remove(media.get("coat")?.id ?? 0);
    expect([await look(original("hat")), await look(original("coat"))]).toEqual(["old", "old"]);
    await reconcile(plain);
    const [hat] = await Promise.all([invalidated(original("hat")), invalidated(original("coat"))]);
    for (const query of ["w=90", "w=60&vh=1", "w=61"]) {
      expect(await look(original("hat"), query)).toBe("new");
      expect(await look(original("coat"), query)).toBe("404");
    }
    expect(hat.urls.invalidated).not.toContain(`/${new URL(original("shoe"))}`);
    const before = (await journal.list({ limit: 100 })).invalidations.length;
    await reconcile(plain);
    expect((await walkOf(plain)).found).toBe(0);
    expect(
      (await journal.list({ limit: 100 })).invalidations.filter((each) => each.cause.kind === "wordpress")
        .length,
    ).toBeLessThanOrEqual(before);
  });

  test("finds with the plugin what was overwritten by FTP, though no page is seen and no push arrives", async () => {
    const { added_at } = await invalidated(original("cap"));
    await walked(withPlugin, 1);
    await vi.waitFor(
      () => expect(Date.now() - Date.parse(added_at)).toBeGreaterThan(RECHECK_MS + 1_000),
      SLOW,
    );
    const small = media.get("cap")?.sizes.thumbnail ?? "";
    for (const url of [original("cap"), small]) expect(await look(url)).toBe("old");
    await withPlugin.overwrite(original("cap"), await paint("#1e3cc8"));
    await withPlugin.overwrite(small, await paint("#1e3cc8", 150, 150));
    for (const url of [original("cap"), small]) expect(await look(url)).toBe("old");
    const since = Date.now();
    await reconcile(withPlugin);
    const entry = await vi.waitFor(async () => {
      const { invalidations } = await journal.list({ limit: 100 });
      const later = invalidations.filter(
        (each) => each.cause.kind === "wordpress" && Date.parse(each.added_at) >= since,
      );
      expect(later.map(({ status }) => status)).toEqual(["DONE"]);
      return later[0];
    }, SLOW);
    expect(new Set(entry?.urls.invalidated)).toEqual(
      new Set([original("cap"), small].map((url) => `/${new URL(url)}`)),
    );
    for (const url of [original("cap"), small]) expect(await look(url)).toBe("new");
    const { events } = await call<{ events: { event: string; via: string; invalidations: string[] }[] }>(
      "GET",
      `/wordpress/events?site=${hostOf(withPlugin)}&limit=10`,
    );
    expect(events.find(({ event }) => event === entry?.cause.id)).toMatchObject({
      ...{ via: "pull", invalidations: [entry?.uuid] },
    });
  });
});

function paint(background: string, width = 600, height = 400): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background } })
    .jpeg({ quality: 95 })
    .toBuffer();
}
