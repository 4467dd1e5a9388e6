// `npm test`: the real parts that journeys run against, the build, the tests of every workspace, then the journeys.
// Ends with "N passed, N failed" over everything.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { installParts } from "./parts.mjs";
import { build, needNode24, ROOT, runTool, seconds, stillGoing } from "./steps.mjs";

needNode24();

/** Characters of what a failed test said that are repeated at the end. */
const MOST_OF_A_REASON = 2_000;

const isFull = process.argv.includes("--full") || process.env.FRESHET_TEST_SIZE === "full";
const isStrict = Boolean(process.env.CI);
const size = isFull ? "full" : "reduced";
const begun = Date.now();
const results = mkdtempSync(join(tmpdir(), "freshet-test-"));
// Everything that tests put aside goes with this run. Programs that a suite starts as another user have to get in.
const temporary = join(results, "tmp");
mkdirSync(temporary);
chmodSync(results, 0o755);
const sum = { passed: 0, failed: 0, skipped: 0 };
const leftOut = [];
const failures = [];

try {
  await installParts();
  const stop = stillGoing("building");
  console.log("Building …");
  const fault = await build();
  stop();
  if (fault === undefined) await testAll();
  else {
    console.error(fault);
    sum.failed += 1;
    failures.push({ what: "the build", why: "" });
  }
} finally {
  rmSync(results, { recursive: true, force: true, maxRetries: 3 });
}

if (leftOut.length > 0) {
  console.log("\nLeft out here:");
  for (const suite of leftOut) console.log(`  - ${suite}`);
  if (isStrict) {
    console.error("With CI set, a suite that did not run is a failure.");
    sum.failed += leftOut.length;
  }
}
if (failures.length > 0) {
  console.log("\nFailed:");
  for (const { what, why } of failures) console.log(`  - ${what}${why}`);
}
console.log(`\nRan at ${size} size in ${seconds(begun)}.`);
console.log(`${sum.passed} passed, ${sum.failed} failed${sum.skipped > 0 ? `, ${sum.skipped} skipped` : ""}`);
process.exitCode = sum.failed > 0 ? 1 : 0;

async function testAll() {
  for (const folder of workspaces()) await testFolder(folder, ["--config", join(ROOT, "vitest.config.ts")]);
  await testFolder("test", []);
}

/** Folders of all workspaces, those that others build on first. */
function workspaces() {
  return ["packages", "apps"].flatMap((group) =>
    readdirSync(join(ROOT, group))
      .filter((name) => existsSync(join(ROOT, group, name, "package.json")))
      .toSorted()
      .map((name) => `${group}/${name}`),
  );
}

async function testFolder(folder, more) {
  console.log(`\n── ${folder}`);
  const file = join(results, `${folder.replaceAll("/", "-")}.json`);
  const reporters = [
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${file}`,
    "--passWithNoTests",
  ];
  const { code } = await runTool("vitest", ["run", "--root", join(ROOT, folder), ...more, ...reporters], {
    show: true,
    env: { FRESHET_TEST_SIZE: size, TMPDIR: temporary },
  });
  const failed = count(file);
  // An error outside any test (an unhandled rejection, a crash) fails no test, but the run.
  if (code === 0 || failed > 0) return;
  sum.failed += 1;
  failures.push({ what: `${folder}: an error outside any test; see above`, why: "" });
}

/** What a test said, indented and shortened: whoever reads only the end of a long log should find the reason there. */
function reason(messages) {
  const text = stripVTControlCharacters((messages ?? []).join("\n")).trim();
  const short = text.length > MOST_OF_A_REASON ? `${text.slice(0, MOST_OF_A_REASON)} …` : text;
  return short && `\n${short}`.replaceAll("\n", "\n      ");
}

/** Adds the results of one run to the sum; answers how many failed. */
function count(file) {
  let report;
  try {
    report = JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return 0;
  }
  let failed = 0;
  for (const suite of report.testResults) {
    const tests = suite.assertionResults;
    const of = (status) => tests.filter((each) => each.status === status).length;
    // A file that could not even be loaded has no tests, but it has failed.
    const isBroken = suite.status === "failed" && of("failed") === 0;
    failed += of("failed") + (isBroken ? 1 : 0);
    const name = relative(ROOT, suite.name);
    if (isBroken) failures.push({ what: `${name} could not be run`, why: reason([suite.message]) });
    for (const each of tests.filter(({ status }) => status === "failed")) {
      failures.push({ what: `${name}: ${each.fullName}`, why: reason(each.failureMessages) });
    }
    sum.passed += of("passed");
    sum.skipped += tests.length - of("passed") - of("failed");
    if (tests.length > 0 && of("passed") + of("failed") === 0) {
      leftOut.push(`${name}: ${tests[0].ancestorTitles[0] ?? tests[0].title}`);
    }
  }
  sum.failed += failed;
  return failed;
}
