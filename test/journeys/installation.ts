import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInvalidationClient, type InvalidationClient } from "@freshet/core";
import { type Connector, startConnector } from "../support/connector.ts";
import { type Freshet, freePort, startFreshet } from "../support/freshet.ts";
import { startVarnish, type Varnish } from "../support/varnish.ts";
import { startWordpress, type WordPress } from "../support/wordpress.ts";

const PLUGIN = join(import.meta.dirname, "../../apps/wordpress/plugin");
const KEY = "client_0123456789abcdef";
const SECRET = "a-secret-of-both-sides";

/** How a site's events may reach the connector: pushed at once, or only pulled, because the push leads nowhere. */
export type Way = "push" | "pull";

/** Everything the owner of two sites runs: one Freshet behind one Varnish, one connector, and the WordPress sites. */
export interface Installation {
  readonly varnish: Varnish;
  readonly freshet: Freshet;
  readonly connector: Connector;
  readonly sites: Readonly<Record<Way, WordPress>>;
  /** Reads the journal; nothing here ever writes to it. */
  readonly journal: Pick<InvalidationClient, "list">;
  stop(): Promise<void>;
}

/** Starts all of it from one `freshet.config.json`, as the README describes it. */
export async function startInstallation(): Promise<Installation> {
  await using started = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "freshet-journey-"));
  started.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const serverPort = await freePort();
  const connectorPort = await freePort();

  const varnish = await startVarnish({ backendPort: serverPort });
  started.defer(varnish.stop);
  const startSite = async (connector: string) => {
    const constants = { FRESHET_ENDPOINT: varnish.url, FRESHET_SECRET: SECRET, FRESHET_CONNECTOR: connector };
    const site = await startWordpress({ plugins: [PLUGIN], constants });
    started.defer(site.stop);
    return site;
  };
  const [push, pull] = await Promise.all([
    startSite(`http://127.0.0.1:${connectorPort}`),
    startSite(`http://127.0.0.1:${await freePort()}`),
  ]);

  const config = join(folder, "freshet.config.json");
  await writeFile(join(folder, "wordpress.secret"), `${SECRET}\n`);
  await writeFile(
    config,
    JSON.stringify({
      projects: { demo: { apiKey: KEY, origins: { allow: ["127.0.0.1"], allowPrivate: true } } },
      cdn: [{ driver: "varnish", nodes: [varnish.url] }],
      connectors: {
        wordpress: [push, pull].map(({ url }) => ({
          site: url,
          secretFile: "wordpress.secret",
          project: "demo",
        })),
      },
    }),
  );
  const freshet = await startFreshet({ port: serverPort, env: { FRESHET_CONFIG: config } });
  started.defer(freshet.stop);
  const { dataFolder } = freshet;
  const connector = await startConnector({ config, dataFolder, serverPort, port: connectorPort });
  started.defer(connector.stop);

  const running = started.move();
  return {
    varnish,
    freshet,
    connector,
    sites: { push, pull },
    journal: createInvalidationClient({ endpoint: freshet.url, apiKey: KEY }),
    stop: () => running.disposeAsync(),
  };
}
