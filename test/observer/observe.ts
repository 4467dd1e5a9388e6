import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PROGRAM } from "../cli/command.ts";
import { freePort } from "../support/freshet.ts";

/** What the observer writes with --json. */
export interface Observed {
  readonly reads: number;
  readonly judged: number;
  readonly misses: number;
  readonly unanswered: number;
  readonly nines: number;
  readonly invalidations: { readonly done: number; readonly failed: number };
  readonly named: readonly {
    readonly node: string;
    readonly url: string;
    readonly stamp: number;
    readonly older_than: {
      readonly uuid: string;
      readonly sequence: number;
      readonly entry: { readonly status: string; readonly stages: readonly unknown[] };
    };
    readonly headers: Readonly<Record<string, string>>;
    readonly again: { readonly is_fresh: boolean } | null;
  }[];
}

/** `freshet observe` as a process of its own. */
export interface Observer {
  /** Of its metrics, by their text form's name and labels, summed. */
  count(prefix: string): Promise<number>;
  /** Ends it as Ctrl-C does, or waits for its end. */
  end(
    how?: "SIGINT",
  ): Promise<{ readonly code: number | null; readonly seen: Observed; readonly err: string }>;
}

export async function startObserver(options: {
  readonly nodes: readonly string[];
  readonly server: string;
  readonly apiKey: string;
  readonly urls: readonly string[];
  readonly args: readonly string[];
}): Promise<Observer> {
  const folder = await mkdtemp(join(tmpdir(), "freshet-observer-"));
  await writeFile(join(folder, "urls.txt"), options.urls.join("\n"));
  const port = await freePort();
  const inherited = Object.entries(process.env).filter(([name]) => !/^FRESHET_|^PORT$/.test(name));
  const child: ChildProcess = spawn(
    process.execPath,
    [
      ...[PROGRAM, "observe", ...options.nodes, "--urls-file", "urls.txt", "--json"],
      ...["--metrics", String(port), ...options.args],
    ],
    {
      cwd: folder,
      env: {
        ...Object.fromEntries(inherited),
        FRESHET_SERVER: options.server,
        FRESHET_API_KEY: options.apiKey,
      },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const killWithUs = () => child.kill("SIGKILL");
  process.once("exit", killWithUs);
  let [out, err] = ["", ""];
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    err += text;
  });
  const closed = once(child, "close");
  return {
    async count(prefix) {
      const answer = await fetch(`http://127.0.0.1:${port}/metrics`).catch(() => undefined);
      if (child.exitCode !== null) throw new Error(`The observer has ended: ${err}${out}`);
      const lines = ((await answer?.text()) ?? "").split("\n").filter((line) => line.startsWith(prefix));
      return lines.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
    },
    async end(how) {
      if (how) child.kill(how);
      const [code] = await closed;
      process.off("exit", killWithUs);
      await rm(folder, { recursive: true, force: true });
      return { code, seen: JSON.parse(out), err };
    },
  };
}
