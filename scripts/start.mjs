// `npm start`: builds what is not built, sets what a process must know before it begins, and runs the server and beside it the
// connectors that the configuration has something for.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { MEMORY_ENV } from "./memory.mjs";
import { build, needNode24, ROOT, seconds, stillGoing, tool } from "./steps.mjs";

const SERVER = join(ROOT, "apps/server/dist/main.js");
/** Each with whether its section of the configuration asks for it. */
const CONNECTORS = [
  {
    name: "WordPress",
    program: join(ROOT, "apps/wordpress/dist/main.js"),
    isWanted: ({ wordpress }) => Array.isArray(wordpress) && wordpress.length > 0,
  },
  {
    name: "Contentful",
    program: join(ROOT, "apps/contentful/dist/main.js"),
    isWanted: ({ contentful }) => typeof contentful === "object" && contentful !== null,
  },
  {
    name: "Shopify",
    program: join(ROOT, "apps/shopify/dist/main.js"),
    isWanted: ({ shopify }) => typeof shopify === "object" && shopify !== null,
  },
];

/** Milliseconds until a connector that ended is started again; doubled each time. */
const FIRST_REST = 1_000;
const LONGEST_REST = 60_000;

needNode24();
await buildUnlessShipped();

const env = {
  ...MEMORY_ENV,
  NODE_COMPILE_CACHE: join(ROOT, ".cache/compile"),
  ...process.env,
};

const running = new Set();
/** Those of them that know that they should end. */
const told = new Set();
let ending = false;

const server = start(SERVER);
// Not before the server has its port and its data folder: a second start by mistake should touch nothing.
for (const connector of CONNECTORS.filter(({ isWanted }) => isWanted(configuredConnectors())))
  server.once("message", () => keepConnector(connector, FIRST_REST));

// The server opens its access log anew, or ends, and then everything does.
process.on("SIGHUP", () => server.kill("SIGHUP"));

for (const signal of ["SIGINT", "SIGTERM"]) {
  let last = 0;
  process.on(signal, () => {
    ending = true;
    // A terminal sends its signal to every process in front of it, npm repeats what it gets, and who is told twice stops
    // at once instead of gracefully.
    const isHeard = signal === "SIGINT" && process.stdin.isTTY;
    if (!isHeard && Date.now() - last < 1_000) return;
    last = Date.now();
    for (const child of running) {
      told.add(child);
      if (!isHeard) child.kill(signal);
    }
  });
}

server.on("exit", (code, signal) => {
  ending = true;
  for (const child of running) if (!told.has(child)) child.kill("SIGTERM");
  process.exitCode = code ?? (signal === null ? 1 : 128);
});

async function buildUnlessShipped() {
  if (tool("turbo") === undefined && existsSync(SERVER)) return; // installed without development tools
  const isFirst = !existsSync(SERVER);
  const begun = Date.now();
  if (isFirst) console.log("Building Freshet, once …");
  const stop = stillGoing("building");
  const fault = await build();
  stop();
  if (fault !== undefined) {
    console.error(`${fault}\nFreshet cannot be built. Run npm ci and start again.`);
    process.exit(1);
  }
  if (isFirst) console.log(`Built in ${seconds(begun)}.`);
}

function start(program) {
  const child = spawn(process.execPath, [program], { stdio: ["inherit", "inherit", "inherit", "ipc"], env });
  running.add(child);
  child.on("exit", () => running.delete(child));
  child.on("error", (error) => console.error(`${program} cannot be started: ${error.message}`));
  return child;
}

/** Images are delivered whether the connector runs or not, so it may end without ending the server. */
function keepConnector(connector, rest) {
  const begun = Date.now();
  start(connector.program).on("exit", (code) => {
    if (ending) return;
    const next = Date.now() - begun > LONGEST_REST ? FIRST_REST : Math.min(rest * 2, LONGEST_REST);
    console.error(
      `The ${connector.name} connector ended (${code}); images are delivered on, and it starts again in ${rest / 1000} s.`,
    );
    setTimeout(() => {
      if (!ending) keepConnector(connector, next);
    }, rest).unref();
  });
}

/** What the configuration says of connectors. What is wrong with the file, the server says. */
function configuredConnectors() {
  try {
    const file = resolve(process.env.FRESHET_CONFIG || "freshet.config.json");
    return JSON.parse(readFileSync(file, "utf8")).connectors ?? {};
  } catch {
    return {};
  }
}
