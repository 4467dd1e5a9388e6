// `npm run check`: everything that can be said about the code without running it as a program. Each check has a name, a
// time and a result; all are run, whatever the ones before said.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { build, needNode24, ROOT, run, runTool, seconds } from "./steps.mjs";

const LARGEST_INSTALL_MB = 900;

needNode24();

/** A check resolves to nothing when all is well, to { fault } when not, to { note } when it passed with a remark. */
const CHECKS = {
  "format and lint": () => faultOf(runTool("biome", ["check", "--error-on-warnings", "."])),
  "types of the workspaces": async () => withFault(await build()),
  "types of journeys, scripts and benchmarks": () => faultOf(runTool("tsc", ["-p", "tsconfig.json"])),
  "unused files, exports and dependencies": () => faultOf(runTool("knip", ["--no-progress"])),
  "package shape": async () => {
    const faults = await Promise.all(
      publishable().map((folder) => faultOf(runTool("publint", ["--strict", folder]))),
    );
    return faults.find((each) => each !== undefined);
  },
  "generated reference": () => faultOf(run(process.execPath, ["scripts/docs.ts", "--check"])),
  "examples of the reference": () => faultOf(run(process.execPath, ["scripts/contact-sheet.ts", "--check"])),
  "links of the documents": checkLinks,
  changesets: checkChangesets,
  "lock is complete": async () => {
    const { code, output } = await run("npm", ["ci", "--dry-run", "--ignore-scripts"]);
    return code !== 0 || /\bMissing\b/.test(output) ? { fault: output } : undefined;
  },
  "lock names no registry": () => {
    const locks = [
      "package-lock.json",
      ...["test/parts", "bench/peers"].flatMap((folder) =>
        readdirSync(join(ROOT, folder)).map((name) => `${folder}/${name}/package-lock.json`),
      ),
    ].filter((lock) => existsSync(join(ROOT, lock)));
    const naming = locks.filter((lock) =>
      /"resolved": "https?:/.test(readFileSync(join(ROOT, lock), "utf8")),
    );
    return withFault(naming.length === 0 ? undefined : `${naming.join(", ")} holds addresses of a registry.`);
  },
  "size of the install": async () => {
    const { output } = await run("du", ["-sm", "node_modules"]);
    const megabytes = Number.parseInt(output, 10);
    if (!(megabytes <= LARGEST_INSTALL_MB))
      return { fault: `node_modules has ${megabytes} MB, ${LARGEST_INSTALL_MB} are allowed.` };
    return { note: `${megabytes} MB` };
  },
};

let failed = 0;
for (const [name, check] of Object.entries(CHECKS)) {
  const begun = Date.now();
  const result = await check();
  const word = result?.fault === undefined ? "ok" : "FAILED";
  const note = result?.note === undefined ? "" : `  (${result.note})`;
  console.log(`${word.padEnd(7)}${name.padEnd(42)}${seconds(begun).padStart(8)}${note}`);
  if (result?.fault === undefined) continue;
  failed += 1;
  console.error(result.fault.trimEnd());
}
console.log(
  failed === 0 ? "All checks passed." : `${failed} of ${Object.keys(CHECKS).length} checks failed.`,
);
process.exitCode = failed === 0 ? 0 : 1;

/** Says which files documents lead to that are not there; what stands in code is no link. */
async function checkLinks() {
  const { output } = await run("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"]);
  const broken = [];
  for (const page of output.trim().split("\n")) {
    const text = readFileSync(join(ROOT, page), "utf8")
      .replace(/^```.*?^```/gms, "")
      .replace(/`[^`\n]*`/g, "");
    for (const [, to] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      const path = decodeURIComponent(to.replace(/#.*/, ""));
      if (/^[a-z]+:/.test(to) || path === "") continue;
      if (!existsSync(join(ROOT, dirname(page), path))) broken.push(`${page} leads to ${to}`);
    }
  }
  return withFault(broken.length === 0 ? undefined : broken.join("\n"));
}

/** Says which packages changed since main without a changeset; without a main to compare with there is nothing to say. */
async function checkChangesets() {
  for (const main of ["origin/main", "main"]) {
    const { code } = await run("git", ["rev-parse", "--verify", "--quiet", `${main}^{commit}`]);
    if (code === 0) return await faultOf(runTool("changeset", ["status", `--since=${main}`]));
  }
  return { note: "no main branch here to compare with" };
}

function publishable() {
  return ["packages", "apps"]
    .flatMap((group) => readdirSync(join(ROOT, group)).map((name) => join(group, name)))
    .filter(
      (folder) => JSON.parse(readFileSync(join(ROOT, folder, "package.json"), "utf8")).private !== true,
    );
}

async function faultOf(running) {
  const { code, output } = await running;
  return withFault(code === 0 ? undefined : output);
}

function withFault(fault) {
  return fault === undefined ? undefined : { fault };
}
