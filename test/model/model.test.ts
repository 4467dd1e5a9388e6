import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { findProgram, missingPart } from "../support/find.ts";
import { full } from "../support/size.ts";

const run = promisify(execFile);
const [spin, gcc] = [findProgram("spin"), findProgram("gcc")];
const missing = missingPart("spin", spin !== undefined && gcc !== undefined, "apt-get install spin gcc");

/** Visitors behind the edge; instance 1 stands still, or leaves and comes back. */
const EDGE = ["K=1", "N=2", "BEATS=1", "RETURNS=0"];
const RETURN = ["K=1", "N=2", "BEATS=0", "RETURNS=1"];
/** Visitors of the instance itself. */
const DIRECT = ["DIRECT", "N=2"];

interface Verdict {
  readonly errors: number;
  readonly states: number;
}

/** Looks at every order of steps there is, or ends at the first that breaks the promise. */
async function search(
  defines: readonly string[],
  effort: "-O0" | "-O2" = "-O2",
  model = "invalidation",
): Promise<Verdict> {
  const folder = await mkdtemp(join(tmpdir(), "freshet-model-"));
  const options = { cwd: folder, maxBuffer: 2 ** 24 };
  try {
    await run(
      spin ?? "",
      ["-a", ...defines.map((each) => `-D${each}`), join(import.meta.dirname, `${model}.pml`)],
      options,
    );
    await run(gcc ?? "", [effort, "-w", "-DSAFETY", "-DCOLLAPSE", "-o", "pan", "pan.c"], options);
    const { stdout } = await run(join(folder, "pan"), ["-m200000", "-w24"], options);
    const [, errors] = /errors: (\d+)/.exec(stdout) ?? [];
    const [, states] = /(\d+) states, stored/.exec(stdout) ?? [];
    if (errors === undefined || states === undefined || /search depth too small|out of memory/.test(stdout)) {
      throw new Error(`The search was not finished:\n${stdout}`);
    }
    return { errors: Number(errors), states: Number(states) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

describe.skipIf(missing !== undefined)(`the model of invalidation${missing ? ` (${missing})` : ""}`, () => {
  test.each([
    { name: "behind an edge that compares stamps", defines: EDGE },
    { name: "behind an edge with generations in its keys", defines: [...EDGE, "KEY_EDGE"] },
    { name: "with an instance that leaves and comes back with its old disk", defines: RETURN },
    { name: "at an instance that stands still, leaves and comes back", defines: DIRECT },
    { name: "with a worker that dies after any step", defines: ["DIRECT", "N=1", "CRASH"] },
    {
      name: "behind an edge by the demand alone, where the lease is not kept",
      defines: [...EDGE, "NO_LEASE"],
    },
    { name: "behind an edge by the lease alone, where nothing is demanded", defines: [...EDGE, "NO_DEMAND"] },
    ...(full
      ? [
          { name: "with two invalidations behind an edge", defines: ["BEATS=1", "RETURNS=0"] },
          { name: "behind an edge, with a worker that dies", defines: [...EDGE, "CRASH"] },
        ]
      : []),
  ])("keeps the promise $name", async ({ defines }) => {
    const { errors, states } = await search(defines);
    expect(errors).toBe(0);
    expect(states).toBeGreaterThan(100_000);
  });

  test.each([
    { off: "the fence", defines: [...EDGE, "NO_FENCE"] },
    { off: "the order from the inside out (and the demand)", defines: [...EDGE, "NO_ORDER", "NO_DEMAND"] },
    { off: "the rule that old fills are not joined", defines: [...EDGE, "JOIN_OLD"] },
    { off: "the stamp before the reading", defines: [...EDGE, "STAMP_LATE"] },
    { off: "the lease", defines: [...DIRECT, "NO_LEASE"] },
    { off: "the lease and the demand", defines: [...EDGE, "NO_LEASE", "NO_DEMAND"] },
    {
      off: "both before an edge with generations",
      defines: [...EDGE, "KEY_EDGE", "NO_LEASE", "NO_DEMAND"],
    },
    { off: "the count of the lease from before the heartbeat", defines: [...DIRECT, "LEASE_FROM_ANSWER"] },
    { off: "the rule that who is behind renews nothing", defines: [...DIRECT, "RENEW_BEHIND"] },
    { off: "the registration before the reading of the head", defines: [...DIRECT, "HEAD_FIRST"] },
    { off: "the waiting for who has just registered", defines: [...DIRECT, "IGNORE_JOINING"] },
  ])("finds old bytes without $off", async ({ defines }) => {
    // What is broken shows soon: compiling takes longer than searching.
    expect((await search(defines, "-O0")).errors).toBeGreaterThan(0);
  });

  /** Smaller models of one aspect each, and the rules that may be taken out of them. */
  const ASPECTS: Readonly<Record<string, readonly string[]>> = {
    lease: ["RENEW_UNSTATED", "STATE_ONLY", "KEEP_LAPSED", "KEEP_WAITED", "RENEW_BEHIND", "WAIT_NOT"],
    confirm: ["CONDITIONAL", "ANY_REVISION", "NO_ORDER", "STAMP_AT_END"],
    floors: ["FOLD_LOW", "FOLD_NOTHING", "NO_GAP", "SPLIT"],
    note: ["NAME_IS_URL", "NOTE_OLD", "USE_OLD", "NO_LIFE", "NO_LIST"],
    probed: ["NO_DRAIN", "NO_SETTLE", "NO_RETURN", "AT_ONCE", "FORGET_BOOT"],
  };
  test.each(Object.keys(ASPECTS))("keeps the promise of %s.pml", async (model) => {
    const { errors, states } = await search(model === "note" && !full ? ["N=1"] : [], "-O2", model);
    expect(errors).toBe(0);
    expect(states).toBeGreaterThan(500);
  });
  test.each(Object.entries(ASPECTS).flatMap(([model, rules]) => rules.map((off) => ({ model, off }))))(
    "$model.pml finds what is old with $off",
    async ({ model, off }) => {
      expect((await search([off], "-O0", model)).errors).toBeGreaterThan(0);
    },
  );
});
