// The server that the stores' own tests run on, for journeys: built with the store.
import {
  type PostgresServer,
  postgresIsMissing,
  startPostgres,
} from "../../packages/store/dist/testing/index.js";
import { missingPart } from "./find.ts";

export { type PostgresServer, startPostgres };

/** Why suites with a PostgreSQL do not run here, as part of their name; undefined if they do. Throws with CI set. */
export function postgresIsAway(): string | undefined {
  const missing = postgresIsMissing();
  return missingPart("PostgreSQL", missing === undefined, "apt-get install postgresql");
}
