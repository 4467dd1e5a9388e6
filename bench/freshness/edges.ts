import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nginxIsMissing, startNginx } from "../../test/support/nginx.ts";
import { replaceOnce } from "../../test/support/replace-once.ts";
import { SHIPPED_VCL, startVarnish, varnishIsMissing } from "../../test/support/varnish.ts";
import { isInstalled } from "../programs.ts";
import { ask } from "./ask.ts";

const BARE_PURGE = join(import.meta.dirname, "../peers/xkey/purge.vcl");
const BEFORE = "sub vcl_init {";

/** A node under measurement. */
export interface Edge {
  readonly url: string;
  /** Process whose children serve. */
  readonly pid: number;
  stop(): Promise<void>;
}

/** What is missing on this machine, one sentence; undefined if the freshness ratios can be measured. */
export async function edgesAreMissing(): Promise<string | undefined> {
  const missing = [await varnishIsMissing(), nginxIsMissing()].filter((each) => each !== undefined);
  if (!isInstalled("wrk")) missing.push("did not run: wrk, which makes the load, is not installed");
  return missing.length === 0 ? undefined : missing.join("; ");
}

/** Exact texts of the shipped configuration and what stands there instead. */
export type Changes = readonly (readonly [from: string, to: string])[];

export interface VarnishWishes {
  readonly backendPort: number;
  readonly changes?: Changes;
  readonly memory?: string;
  readonly launcher?: readonly string[];
}

/** A Varnish with the shipped VCL that also takes a bare purge by tag, under the method BARE. */
export async function startVarnishEdge({ changes = [], ...options }: VarnishWishes): Promise<Edge> {
  let text = await readFile(SHIPPED_VCL, "utf8");
  for (const [from, to] of changes) text = replaceOnce(text, from, to);
  text = replaceOnce(text, BEFORE, `${await readFile(BARE_PURGE, "utf8")}${BEFORE}`);
  const folder = await mkdtemp(join(tmpdir(), "freshet-bench-vcl-"));
  try {
    const vcl = join(folder, "freshet.vcl");
    await writeFile(vcl, text);
    const { url, adminPid, stop } = await startVarnish({ ...options, vcl });
    return { url, pid: adminPid, stop };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export interface NginxWishes {
  readonly backendPort: number;
  readonly changes?: Changes;
  readonly objects?: string;
  readonly launcher?: readonly string[];
}

/** An nginx with the shipped configuration and one worker. */
export async function startNginxEdge(options: NginxWishes): Promise<Edge> {
  const { url, pid, stop } = await startNginx({ ...options, workers: 1 });
  return { url, pid, stop };
}

/** Gives a node its base number, as the server does. */
export async function join0(url: string): Promise<void> {
  const { status } = await ask(`${url}/join`, { method: "FRESHET", headers: { "freshet-base": "0" } });
  if (status !== 200) throw new Error(`${url} did not take its base number: ${status}`);
}

/** Headers of a purge with its number; a bare one reads no number. */
export const purgeOf = (sequence: number, ...tags: readonly string[]) => ({
  "freshet-sequence": String(sequence),
  "freshet-purge-tags": tags.join(" "),
});

/** A tag as answers carry it: a letter and 16 hex digits. */
export const tag = (letter: "o" | "p" | "t", number: number): string =>
  // The first four digits are the place in Varnish's fence: different numbers should have different places.
  `${letter}-${((number * 40_503) % 65_536).toString(16).padStart(4, "0")}${number.toString(16).padStart(12, "0")}`;
