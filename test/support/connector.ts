import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { freePort } from "./freshet.ts";
import { type Program, startProgram } from "./program.ts";

/** A line of the connector's event log; times are ISO 8601. */
export interface LoggedEvent {
  readonly site: string;
  readonly event: string;
  /** How it came in first. */
  readonly via: "push" | "pull";
  readonly received_at: string;
  readonly state: string;
  readonly invalidations: readonly string[];
  readonly remark: string | null;
}

/** The built WordPress connector as a process of its own, on loopback. */
export interface Connector {
  readonly url: string;
  /** The event log, newest first. */
  events(): Promise<readonly LoggedEvent[]>;
  logs(): string;
  /** Ends it as an operator would (SIGTERM). */
  stop(): Promise<void>;
}

export interface ConnectorOptions {
  /** Path of the `freshet.config.json` that the server was started with. */
  readonly config: string;
  /** The server's data folder: the connector keeps its own state inside it. */
  readonly dataFolder: string;
  /** The server's port. */
  readonly serverPort: number;
  /** Absent is a free one. */
  readonly port?: number;
}

/**
 * Starts the built connector of a CMS, such as "wordpress", with the server's own configuration and environment and waits until it
 * says that it is ready.
 */
export async function runConnector(
  cms: "contentful" | "wordpress",
  { config, dataFolder, serverPort, port }: ConnectorOptions & { readonly port: number },
): Promise<Program> {
  const main = join(import.meta.dirname, `../../apps/${cms}/dist/main.js`);
  if (!existsSync(main)) throw new Error(`${main} is missing. Build the connector first: npm run build.`);
  return startProgram({
    args: [main],
    cwd: dirname(config),
    env: {
      FRESHET_CONFIG: config,
      FRESHET_DATA: dataFolder,
      PORT: String(serverPort),
      [`FRESHET_${cms.toUpperCase()}_PORT`]: String(port),
    },
    ready: [/^\w+ connector is ready: \S+$/m],
  });
}

/** Starts the WordPress connector. */
export async function startConnector(options: ConnectorOptions): Promise<Connector> {
  const port = options.port ?? (await freePort());
  const program = await runConnector("wordpress", { ...options, port });
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    logs: program.logs,
    stop: () => program.end("SIGTERM"),
    async events() {
      const response = await fetch(`${url}/wordpress/events?limit=1000`);
      if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
      return ((await response.json()) as { readonly events: readonly LoggedEvent[] }).events;
    },
  };
}
