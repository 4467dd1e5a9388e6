import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { freePort } from "./freshet.ts";
import { startProgram } from "./program.ts";

const MAIN = join(import.meta.dirname, "../../apps/wordpress/dist/main.js");

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

/** Starts the connector with the server's own configuration and environment and waits until it says that it is ready. */
export async function startConnector(options: ConnectorOptions): Promise<Connector> {
  if (!existsSync(MAIN)) throw new Error(`${MAIN} is missing. Build the connector first: npm run build.`);
  const port = options.port ?? (await freePort());
  const program = await startProgram({
    args: [MAIN],
    cwd: dirname(options.config),
    env: {
      FRESHET_CONFIG: options.config,
      FRESHET_DATA: options.dataFolder,
      PORT: String(options.serverPort),
      FRESHET_WORDPRESS_PORT: String(port),
    },
    ready: [/^WordPress connector is ready: \S+$/m],
  });
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
