import { randomUUID } from "node:crypto";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EmbeddedOptions, PostgresOptions } from "../store.ts";

/** Which engine the tests of this run keep their stores in. */
export type Engine = "sqlite" | "postgres";

/** The engine of this run: `FRESHET_TEST_ENGINE`, sqlite where nothing is said. */
export function engineOfRun(): Engine {
  return process.env.FRESHET_TEST_ENGINE === "postgres" ? "postgres" : "sqlite";
}

/**
 * An empty database of this run's engine: the path of a new file, or the address of a new database of the server that
 * `FRESHET_TEST_POSTGRES` names. `openStore(at(place))` opens it, in this process or another.
 */
export async function newPlace(): Promise<string> {
  if (engineOfRun() === "sqlite") return join(await mkdtemp(join(tmpdir(), "freshet-store-")), "store.db");
  const server = process.env.FRESHET_TEST_POSTGRES;
  if (server === undefined) throw new Error("FRESHET_TEST_POSTGRES names no server.");
  return newDatabase(server);
}

/** Makes an empty database on the server and answers with its address. */
export async function newDatabase(server: string): Promise<string> {
  const { Client } = await import("pg");
  const client = new Client({ connectionString: server });
  await client.connect();
  try {
    const name = `test_${randomUUID().replaceAll("-", "")}`;
    await client.query(`create database ${name}`);
    const url = new URL(server);
    url.pathname = `/${name}`;
    return url.href;
  } finally {
    await client.end();
  }
}

/** What `openStore` takes for a place. */
export function at(place: string): EmbeddedOptions | PostgresOptions {
  return place.startsWith("postgres://") ? { url: place } : { file: place };
}
