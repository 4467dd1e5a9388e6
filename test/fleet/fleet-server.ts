import { type Freshet, startFreshet } from "../support/freshet.ts";
import { layLine, type Outage } from "./line.ts";

/** One server of the fleet, and its own line to PostgreSQL. */
export interface FleetServer extends Freshet {
  /** Its line to PostgreSQL is out of order, until `join`. */
  part(how: Outage): void;
  join(): void;
}

/** Starts it; `stop` ends it in whatever state it is. */
export async function startFleetServer(options: {
  readonly config: unknown;
  /** Address of the database. */
  readonly postgres: string;
  readonly main?: string | undefined;
}): Promise<FleetServer> {
  const line = await layLine(options.postgres);
  const freshet = await startFreshet({
    config: options.config,
    env: { FRESHET_STORE_URL: line.url },
    ...(options.main === undefined ? {} : { main: options.main }),
  }).catch(async (fault: unknown) => {
    await line.close();
    throw fault;
  });
  return {
    ...freshet,
    get pid() {
      return freshet.pid;
    },
    get ended() {
      return freshet.ended;
    },
    async stop() {
      line.mend();
      await freshet.stop();
      await line.close();
    },
    part: line.out,
    join: line.mend,
  };
}
