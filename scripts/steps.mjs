// What the root scripts share: finding tools, running them, and saying how it went. Plain JavaScript, so that an old Node
// gets as far as the sentence that says it is too old.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Ends with a sentence unless this is Node 24.7 or newer. */
export function needNode24() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > 24 || (major === 24 && minor >= 7)) return;
  console.error(
    `Freshet needs Node 24.7 or newer; this is ${process.version}. Run it through npm, which brings its own on Linux, or install Node 24.`,
  );
  process.exit(1);
}

/** Path of a tool that npm installed, as a JavaScript file that this Node can run; undefined where it is not installed. */
export function tool(name) {
  const places = {
    turbo: "turbo/bin/turbo",
    vitest: "vitest/vitest.mjs",
    biome: "@biomejs/biome/bin/biome",
    knip: "knip/bin/knip.js",
    publint: "publint/src/cli.js",
    changeset: "@changesets/cli/bin.js",
    tsc: "typescript/bin/tsc",
  };
  const path = join(ROOT, "node_modules", places[name]);
  return existsSync(path) ? path : undefined;
}

/**
 * Runs a program to its end. Resolves to its exit code and, where `show` is false, everything it wrote.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: Record<string, string>, show?: boolean }} [options]
 * @returns {Promise<{ code: number, output: string }>}
 */
export function run(program, args, { cwd = ROOT, env = {}, show = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: show ? "inherit" : ["ignore", "pipe", "pipe"],
    });
    const chunks = [];
    child.stdout?.on("data", (chunk) => chunks.push(chunk));
    child.stderr?.on("data", (chunk) => chunks.push(chunk));
    child.on("error", (error) => resolve({ code: 127, output: String(error) }));
    child.on("close", (code) => resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString() }));
  });
}

/** Runs a tool of npm by its name, with this Node. */
export async function runTool(name, args, options) {
  const path = tool(name);
  if (path === undefined) return { code: 127, output: `${name} is not installed; run npm ci.` };
  return await run(process.execPath, [path, ...args], options);
}

/** Keeps saying that something is still going on, every 15 seconds; call the result when it is over. */
export function stillGoing(what) {
  const begun = Date.now();
  const timer = setInterval(() => console.log(`  ${what} … ${seconds(begun)}`), 15_000);
  return () => clearInterval(timer);
}

/** Seconds since a moment, as text. */
export function seconds(since) {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}

// No build tool reports anything to anybody.
const SILENT = { TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1", TURBO_NO_UPDATE_NOTIFIER: "1" };

/** Builds what is not built yet. Resolves to undefined when all is well, else to what the compiler said. */
export async function build() {
  const quiet = ["run", "build", "--output-logs=errors-only", "--ui=stream"];
  const { code, output } = await runTool("turbo", quiet, { env: SILENT });
  return code === 0 ? undefined : output;
}
