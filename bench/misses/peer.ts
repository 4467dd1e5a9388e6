import { existsSync } from "node:fs";
import { findProgram } from "../../test/support/find.ts";
import { NotHere } from "../cell.ts";
import type { Origin, Server } from "../peers.ts";
import type { Task } from "./task.ts";

/** A server that makes pictures of the pictures of an origin. */
export interface Peer {
  readonly name: string;
  /** What it can make as the others do. */
  readonly formats: readonly Task["format"][];
  /** Starts it with the settings of the others and its own limits, without a cache; rejects with `NotHere` where it is not installed. */
  start(origin: Origin): Promise<Server>;
  request(server: Server, original: string, task: Task): { readonly url: string; readonly accept?: string };
}

/** The program of a peer that nobody installs for you: by FRESHET_PEER_<NAME>, else on the search path. */
export function programOf(name: string): string {
  const variable = `FRESHET_PEER_${name.toUpperCase()}`;
  const file = process.env[variable] || findProgram(name);
  if (file !== undefined && existsSync(file)) return file;
  throw new NotHere(`not found on the PATH nor by ${variable}`);
}
