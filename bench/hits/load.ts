import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { onCore } from "../programs.ts";

const run = promisify(execFile);

export const SERVER_CORE = 0;
export const CLIENT_CORE = 1;
const CONNECTIONS = 32;
export const ACCEPT = "image/avif,image/webp,image/*,*/*;q=0.8";

/** What wrk saw. */
export interface Load {
  readonly requests: number;
  readonly perSecond: number;
  /** p50 and p99 in milliseconds. */
  readonly latencies: readonly number[];
}

/** Closed loop by wrk: every connection asks again as soon as it was answered. Throws unless every answer is a success or a 304. */
export async function load(url: string, seconds: number, connections = CONNECTIONS): Promise<Load> {
  const options = ["-t1", `-c${connections}`, `-d${seconds}s`, "--latency", "-H", `Accept: ${ACCEPT}`];
  const [command = "wrk", ...args] = [...onCore(CLIENT_CORE), "wrk", ...options, url];
  const { stdout } = await run(command, args);
  const failed = /Non-2xx or 3xx responses: (\d+)|Socket errors: (.*)/.exec(stdout);
  if (failed) throw new Error(`${url} did not answer every request:\n${stdout}`);
  const number = (pattern: RegExp) => Number(pattern.exec(stdout)?.[1] ?? Number.NaN);
  return {
    requests: number(/(\d+) requests in/),
    perSecond: number(/Requests\/sec:\s+([\d.]+)/),
    latencies: [milliseconds(/50%\s+(\S+)/.exec(stdout)?.[1]), milliseconds(/99%\s+(\S+)/.exec(stdout)?.[1])],
  };
}

/** wrk writes "310.00us", "1.25ms" or "2.01s". */
function milliseconds(text = ""): number {
  const [, value, unit] = /^([\d.]+)(us|ms|s)$/.exec(text) ?? [];
  return Number(value) * (unit === "us" ? 0.001 : unit === "s" ? 1000 : 1);
}
