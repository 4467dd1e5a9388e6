import type { Client, ClientBase, ClientConfig, Pool, PoolConfig } from "pg";
import { StoreError } from "../errors.ts";
import { readerOf } from "./values.ts";

/** What every connection of a store is made with. */
export interface ConnectSettings {
  readonly url: string;
  /** Milliseconds a statement waits for a lock or a connection. */
  readonly busyTimeout: number;
  /** Milliseconds one statement may take. */
  readonly statementTimeout: number;
}

/** Connections die with the machine at the other end; the kernel notices only if it is told to ask. */
const KEEP_ALIVE = { keepAlive: true, keepAliveInitialDelayMillis: 10_000 } as const;
/** The server's own limit comes first; this one is for a server that does not answer at all. */
const SILENCE_MS = 5_000;
/** PostgreSQL 12 is the oldest that is tried out. */
const OLDEST = 120_000;

/** The driver's client, loaded when the first store needs it: an embedded installation never reads it. */
export async function loadClient(): Promise<typeof Client> {
  const { Client: PgClient } = await import("pg");
  return class extends PgClient {
    constructor(config?: string | ClientConfig) {
      super(config);
      // An error that nobody listens to would end the process; whoever waits for an answer is told as well.
      this.on("error", () => {});
    }
  };
}

/** How to reach the server. @throws StoreError STORE_REFUSED for an address that is none, without repeating it: it holds a password. */
export function clientConfig({ url, busyTimeout, statementTimeout }: ConnectSettings): ClientConfig {
  if (!/^postgres(ql)?:\/\//.test(url) || !URL.canParse(url)) {
    throw new StoreError(
      "STORE_REFUSED",
      'its address is not like "postgres://user:password@host:5432/name"',
    );
  }
  return {
    connectionString: url,
    connectionTimeoutMillis: busyTimeout,
    query_timeout: statementTimeout + SILENCE_MS,
    fallback_application_name: "freshet",
    types: { getTypeParser: readerOf as unknown as NonNullable<ClientConfig["types"]>["getTypeParser"] },
    ...KEEP_ALIVE,
  };
}

/** The connections that statements run on; each is prepared and checked before its first one. */
export async function openPool(
  settings: ConnectSettings,
  poolSize: number,
  lost: (error: Error) => void,
): Promise<Pool> {
  const config = clientConfig(settings);
  const { Pool: PgPool } = await import("pg");
  const pool = new PgPool({
    ...config,
    Client: await loadClient(),
    max: poolSize,
    // An idle store does not keep a process alive; a statement under way does.
    allowExitOnIdle: true,
    idleTimeoutMillis: 60_000,
    onConnect: ((client: ClientBase) => prepare(client, settings)) satisfies PoolConfig["onConnect"],
  });
  pool.on("error", lost);
  return pool;
}

interface Condition {
  readonly standby: number;
  readonly encoding: string;
  readonly version: number;
}

/**
 * Sets what the store relies on, whatever the server's defaults are, and looks whom it speaks to. A transaction that
 * stands idle is ended before others give up waiting for it: a frozen process keeps nobody out.
 * @throws StoreError STORE_STANDBY, STORE_UNSUITABLE.
 */
export async function prepare(client: ClientBase, settings: ConnectSettings): Promise<void> {
  const { busyTimeout, statementTimeout } = settings;
  // One message: a new connection costs one question more, not six.
  const answers: unknown = await client.query(`
    set statement_timeout = ${Math.round(statementTimeout)};
    set lock_timeout = ${Math.round(busyTimeout)};
    set idle_in_transaction_session_timeout = ${Math.max(100, Math.round(busyTimeout * 0.6))};
    set default_transaction_isolation = 'read committed';
    set bytea_output = 'hex';
    select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off';
    select (pg_is_in_recovery() or current_setting('transaction_read_only') = 'on') as standby,
      pg_encoding_to_char(encoding) as encoding, current_setting('server_version_num')::int as version
      from pg_database where datname = current_database()`);
  const condition = (answers as readonly { readonly rows: readonly Condition[] }[]).at(-1)?.rows[0];
  if (!condition) throw new StoreError("STORE_BROKEN", "the server does not say what it is");
  if (condition.standby === 1) throw new StoreError("STORE_STANDBY");
  if (condition.version < OLDEST) throw new StoreError("STORE_UNSUITABLE", "it is older than PostgreSQL 12");
  if (condition.encoding !== "UTF8")
    throw new StoreError("STORE_UNSUITABLE", `its encoding is ${condition.encoding}, not UTF8`);
}
