import type { EventEmitter } from "node:events";
import { createDeparture, type Departure } from "../cache/departure.ts";

/** What of a connection is needed to know when its client has gone. */
type Connection = Pick<EventEmitter, "once"> & { readonly destroyed?: boolean };

const known = new WeakMap<Connection, Departure>();

/**
 * Whether the client at the other end has gone. All requests of a connection share one listener, also those that were sent before
 * earlier ones were answered: it goes with the connection.
 */
export function departureOf(connection: Connection): Departure {
  const seen = known.get(connection);
  if (seen) return seen;
  const departure = createDeparture();
  known.set(connection, departure);
  if (connection.destroyed) departure.end();
  else connection.once("close", () => departure.end());
  return departure;
}
