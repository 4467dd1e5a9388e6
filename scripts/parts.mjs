// The real programs that journeys and benchmarks run against.
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { run, seconds, stillGoing } from "./steps.mjs";

/** Debian packages, by what they are for. */
const PARTS = {
  "a CDN node": ["varnish", "varnish-modules"],
  "another CDN node, and a static server to compare with": [
    "nginx",
    "libnginx-mod-http-lua",
    "lua-resty-core",
  ],
  "a database for many servers": ["postgresql"],
  WordPress: [
    "php-cli",
    "php-sqlite3",
    "php-gd",
    "php-curl",
    "php-mbstring",
    "php-xml",
    "php-mysql",
    "unzip",
    "phpunit",
  ],
  "the database that most WordPress sites have": ["mariadb-server"],
  "videos to convert": ["ffmpeg"],
  "a browser": ["chromium", "openssl"],
  "Liquid as Shopify runs it": ["ruby", "ruby-liquid"],
  "proof that bytes are on disk": ["strace"],
  "copies of a database in use": ["sqlite3"],
  "load for the benchmark": ["wrk"],
  "the model of invalidation": ["spin", "gcc", "libc6-dev"],
};

/** The same for `npm run bench` alone: what it compares with. */
const PEERS = {
  "image servers to compare with": ["libnginx-mod-http-image-filter", "libvips-tools"],
};

const POLICY = "/usr/sbin/policy-rc.d";

/** Installs the parts that are missing where that can be done: on Debian 12 or newer, as root. Elsewhere says what is missing. */
export async function installParts({ bench = false } = {}) {
  const wanted = Object.values({ ...PARTS, ...(bench && PEERS) }).flat();
  if (!isDebian()) {
    console.log("This is not Debian 12 or newer: tests run with the parts that are here.");
    return;
  }
  const missing = await missingOf(wanted);
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0) {
    console.log(`Not installed, and only root may: ${missing.join(" ")}. Tests run with what is here.`);
    return;
  }
  const begun = Date.now();
  console.log(`Installing ${missing.join(" ")} …`);
  const stop = stillGoing("installing");
  const fault = await withoutServices(() => install(missing));
  stop();
  if (fault === undefined) console.log(`Installed in ${seconds(begun)}.`);
  else console.error(`${fault}\nThe parts could not be installed; tests run with what is here.`);
}

function isDebian() {
  const text = existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8") : "";
  return /^ID=debian$/m.test(text) && Number(/^VERSION_ID="?(\d+)/m.exec(text)?.[1] ?? 13) >= 12;
}

async function missingOf(names) {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a format of dpkg's.
  const { output } = await run("dpkg-query", ["-W", "-f", "${Package} ${db:Status-Status}\n", ...names]);
  const installed = new Set(output.split("\n").filter((line) => line.endsWith(" installed")));
  return names.filter((name) => !installed.has(`${name} installed`));
}

async function install(names) {
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  const wait = ["-q", "-o", "DPkg::Lock::Timeout=300"];
  const update = await run("apt-get", [...wait, "update"], { env });
  const all = await run("apt-get", [...wait, "install", "-y", "--no-install-recommends", ...names], { env });
  if (all.code === 0) return undefined;
  // One package that cannot be had should not cost the others.
  const faults = [];
  for (const name of names) {
    const one = await run("apt-get", [...wait, "install", "-y", "--no-install-recommends", name], { env });
    if (one.code !== 0) faults.push(`${name}: ${lastLine(one.output)}`);
  }
  return faults.length === 0 ? undefined : [lastLine(update.output), ...faults].join("\n");
}

/** Debian starts a server when it is installed; here the tests start their own. */
async function withoutServices(work) {
  if (existsSync(POLICY)) return await work();
  writeFileSync(POLICY, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    return await work();
  } finally {
    rmSync(POLICY, { force: true });
  }
}

function lastLine(text) {
  return text.trim().split("\n").at(-1) ?? "";
}
