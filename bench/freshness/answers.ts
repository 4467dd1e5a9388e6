import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "../../test/support/freshet.ts";
import { onCore, startProgram } from "../programs.ts";

const run = promisify(execFile);

/** A server behind nodes that makes any number of objects, faster than a node can store them. */
export interface Answers {
  readonly port: number;
  /** Path of object `number` with these tags ("o-…+t-…") and this stamp. */
  path(tags: readonly string[], stamp: number, number: number | string): string;
  stop(): Promise<void>;
}

/** nginx that answers every path with the tags and the stamp that stand in it. */
export async function startAnswers(bytes = 200): Promise<Answers> {
  const port = await freePort();
  const prefix = await mkdtemp(join(tmpdir(), "freshet-answers-"));
  await mkdir(join(prefix, "temp"));
  await writeFile(join(prefix, "body"), "x".repeat(bytes));
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (kind) => `${kind}_temp_path ${prefix}/temp;`,
  );
  await writeFile(
    join(prefix, "nginx.conf"),
    `${process.getuid?.() === 0 ? "user root;" : ""}
daemon off; worker_processes 1; pid ${prefix}/nginx.pid; error_log stderr;
events { worker_connections 2048; }
http {
  ${temporary.join(" ")}
  access_log off; keepalive_requests 1000000000; open_file_cache max=10;
  # Tags are joined with "+" in a path and with spaces in the header.
  map $tags $spaced { "~^(?<a>[^+]+)$" $a; "~^(?<a>[^+]+)[+](?<b>[^+]+)$" "$a $b"; "~^(?<a>[^+]+)[+](?<b>[^+]+)[+](?<c>[^+]+)$" "$a $b $c"; "~^(?<a>[^+]+)[+](?<b>[^+]+)[+](?<c>[^+]+)[+](?<d>[^+]+)[+](?<e>[^+]+)$" "$a $b $c $d $e"; }
  server {
    listen 127.0.0.1:${port};
    location ~ ^/v/(?<tags>[^/]+)/(?<stamp>[0-9]+)/ {
      add_header Cache-Control "public, max-age=3600"; add_header xkey $spaced; add_header Freshet-Stamp $stamp;
      alias ${prefix}/body;
    }
    location / { return 204; }
  }
}`,
  );
  const command = ["nginx", "-p", prefix, "-c", join(prefix, "nginx.conf"), "-e", "stderr"];
  const program = await startProgram(command, { answers: `http://127.0.0.1:${port}/` });
  return {
    port,
    path: (tags, stamp, number) => `/v/${tags.join("+")}/${stamp}/${number}`,
    async stop() {
      await program.stop();
      await rm(prefix, { recursive: true, force: true });
    },
  };
}

/** Asks a node for `count` objects, numbered from 0, once each; `before` is the path without the number. */
export async function fill(url: string, before: string, count: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "freshet-fill-"));
  const script = join(folder, "fill.lua");
  // wrk ends with its time alone; here it ends itself, and some more than wanted are on their way then.
  await writeFile(
    script,
    `local sent, got = 0, 0
function request() sent = sent + 1 return wrk.format("GET", "${before}" .. (sent - 1) % ${count}) end
function response(status) got = got + 1 if status ~= 200 then os.exit(3) end if got == ${count} + 64 then os.exit(0) end end`,
  );
  try {
    await run("wrk", ["-t1", "-c16", "-d300s", "-s", script, url]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export interface Load {
  readonly requests: number;
  readonly perSecond: number;
}

/** A closed loop of hits over some paths from the second core. */
export async function hits(url: string, paths: readonly string[], seconds: number): Promise<Load> {
  const folder = await mkdtemp(join(tmpdir(), "freshet-hits-"));
  const script = join(folder, "hits.lua");
  const list = paths.map((path) => `"${path}"`).join(",");
  await writeFile(
    script,
    `local paths, requests, at = {${list}}, {}, 0
function init() for i, path in ipairs(paths) do requests[i] = wrk.format("GET", path) end end
function request() at = at % #requests + 1 return requests[at] end`,
  );
  try {
    const [command = "wrk", ...args] = [
      ...onCore(1),
      "wrk",
      "-t1",
      "-c8",
      `-d${seconds}s`,
      "-s",
      script,
      url,
    ];
    const { stdout } = await run(command, args);
    if (/Non-2xx or 3xx|Socket errors/.test(stdout)) throw new Error(`${url} did not answer all:\n${stdout}`);
    const number = (pattern: RegExp) => Number(pattern.exec(stdout)?.[1] ?? Number.NaN);
    return { requests: number(/(\d+) requests in/), perSecond: number(/Requests\/sec:\s+([\d.]+)/) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
