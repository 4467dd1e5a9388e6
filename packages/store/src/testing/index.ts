/** For tests of code above a store: a PostgreSQL server of their own, and places for stores of either engine. */
export type { PostgresServer } from "./cluster.ts";
export { startPostgres } from "./cluster.ts";
export type { Engine } from "./place.ts";
export { at, engineOfRun, newDatabase, newPlace } from "./place.ts";
export { postgresIsMissing } from "./programs.ts";
export { layWire } from "./wire.ts";
