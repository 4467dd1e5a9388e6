// Started by vitest.config.ts before the tests that run on PostgreSQL: one server for all of them.
import { type PostgresServer, startPostgres } from "../../packages/store/src/testing/cluster.ts";

let server: PostgresServer | undefined;

export async function setup(): Promise<void> {
  server = await startPostgres();
  // Read by `newPlace` of @freshet/store/testing, in the processes that the tests run in.
  process.env.FRESHET_TEST_POSTGRES = server.url;
}

export async function teardown(): Promise<void> {
  await server?.stop();
}
