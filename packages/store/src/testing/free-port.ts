import { once } from "node:events";
import { createServer } from "node:net";

/** Below the ports from which systems take the near ends of connections: 32,768 at Linux, 49,152 elsewhere. */
const FIRST = 20_000;
const LAST = 32_700;
const MOST_TRIES = 200;

/** Ports that this process has given out: whoever asked may not listen yet. */
const given = new Set<number>();

/**
 * A port of loopback that nobody listens on, and that no connection which somebody opens is given. Only a program that
 * draws the same one may take it before the caller does.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST));
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) return port;
  }
  throw new Error(`No free port of loopback was found between ${FIRST} and ${LAST}.`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen(port, "127.0.0.1"), "listening");
  } catch {
    return false;
  }
  server.close();
  await once(server, "close");
  return true;
}
