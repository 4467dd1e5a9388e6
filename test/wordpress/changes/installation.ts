import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInvalidationClient, type InvalidationClient } from "@freshet/core";
import { type Connector, startConnector } from "../../support/connector.ts";
import { type Freshet, freePort, startFreshet } from "../../support/freshet.ts";
import { startVarnish, type Varnish } from "../../support/varnish.ts";
import { type Admin, openAdmin } from "../../support/wordpress/admin.ts";
import type { SiteOptions } from "../../support/wordpress/site.ts";
import { startWordpress, type WordPress } from "../../support/wordpress.ts";
import { type Middleman, startMiddleman } from "./middleman.ts";

const PLUGIN = join(import.meta.dirname, "../../../apps/wordpress/plugin");
const TOOLS = join(import.meta.dirname, "../../support/wordpress/mu-plugins/tools.php");
const KEY = "client_0123456789abcdef";

/** Both sides sign with it. */
export const SECRET = "a-secret-of-both-sides";

/** One WordPress that pushes through a middleman, one Freshet behind one Varnish, and the connector between them. */
export interface Installation {
  readonly wordpress: WordPress;
  readonly admin: Admin;
  readonly middleman: Middleman;
  readonly varnish: Varnish;
  readonly freshet: Freshet;
  readonly connector: () => Connector;
  /** Ends the connector and starts it again on the same port and state. */
  stopConnector(): Promise<void>;
  startConnector(): Promise<void>;
  readonly journal: Pick<InvalidationClient, "list" | "status">;
  stop(): Promise<void>;
}

export interface InstallationOptions extends Pick<SiteOptions, "release" | "database" | "constants"> {
  /** Under which address WordPress knows the connector; the middleman unless told. */
  readonly connectorUrl?: string;
}

export async function startInstallation(options: InstallationOptions = {}): Promise<Installation> {
  await using started = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "freshet-changes-"));
  started.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const serverPort = await freePort();
  const connectorPort = await freePort();
  const varnish = await startVarnish({ backendPort: serverPort });
  started.defer(varnish.stop);
  const middleman = await startMiddleman(connectorPort);
  started.defer(middleman.stop);
  const wordpress = await startWordpress({
    ...options,
    plugins: [PLUGIN],
    muPlugins: [TOOLS],
    constants: {
      FRESHET_ENDPOINT: varnish.url,
      FRESHET_SECRET: SECRET,
      FRESHET_CONNECTOR: options.connectorUrl ?? middleman.url,
      ...options.constants,
    },
  });
  started.defer(wordpress.stop);
  const config = join(folder, "freshet.config.json");
  const sites = [{ site: wordpress.url, secret: SECRET, project: "demo" }];
  await writeFile(
    config,
    JSON.stringify({
      projects: { demo: { apiKey: KEY, origins: { allow: ["127.0.0.1"], allowPrivate: true } } },
      cdn: [{ driver: "varnish", nodes: [varnish.url] }],
      connectors: { wordpress: sites },
    }),
  );
  const freshet = await startFreshet({ port: serverPort, env: { FRESHET_CONFIG: config } });
  started.defer(freshet.stop);
  const begin = () =>
    startConnector({ config, dataFolder: freshet.dataFolder, serverPort, port: connectorPort });
  let connector: Connector | undefined = await begin();
  started.defer(() => connector?.stop() ?? Promise.resolve());
  const admin = await openAdmin(wordpress.url, wordpress.login);
  const running = started.move();
  return {
    wordpress,
    admin,
    middleman,
    varnish,
    freshet,
    connector() {
      if (connector === undefined) throw new Error("The connector is stopped.");
      return connector;
    },
    async stopConnector() {
      await connector?.stop();
      connector = undefined;
    },
    async startConnector() {
      connector = await begin();
    },
    journal: createInvalidationClient({ endpoint: freshet.url, apiKey: KEY }),
    stop: () => running.disposeAsync(),
  };
}
