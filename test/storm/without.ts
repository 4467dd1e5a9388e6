import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { replaceOnce } from "../support/replace-once.ts";
import { SHIPPED_VCL } from "../support/varnish.ts";

/** Changes to the shipped VCL, each one exact text in it: a rule switched off, or a race made wide. */
export const CHANGES = {
  /** Slots are raised but never looked at: what is left is a plain purge by tag. */
  "the fence": ["!settled && stamp < freshet_load(&freshet->slot[slot])", "0"],
  /** Whatever was stored is used. Floors are still read: without them every purge of the project would fail by itself. */
  "the check on use": [
    "VRT_GetHdr(ctx, &VGC_HDR_OBJ_xkey), settled));",
    "VRT_GetHdr(ctx, &VGC_HDR_OBJ_xkey), settled || 1));",
  ],
  /** What was checked on store counts as settled, whether or not a purge came before it stood in the tag index. */
  "the check behind the tag index": ["*verdict == 'y' && freshet_number", "freshet_number"],
  /** The last purge wins, not the newest. */
  "the atomic maximum": [
    "while (seen < to && !__atomic_compare_exchange_n(number, &seen, to, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))\n        ;",
    "__atomic_store_n(number, to, __ATOMIC_SEQ_CST);\n    (void)seen;",
  ],
  /**
   * Not a rule but a magnifying glass: between the check on store and the tag index lie microseconds, which a purge hit about once
   * in 800 invalidations of this storm. 30 ms there make the window as wide as a busy machine may make it.
   */
  "the haste between check and index": [
    "    # Young now, but not yet in the tag index.\n",
    "    C{ usleep(30000); }C\n",
  ],
} as const satisfies Record<string, readonly [from: string, to: string]>;

export type Change = keyof typeof CHANGES;

/** Writes a copy of the shipped VCL with these changes. */
export async function vclWithout(
  changes: readonly Change[],
): Promise<{ readonly path: string; remove(): Promise<void> }> {
  let text = await readFile(SHIPPED_VCL, "utf8");
  for (const change of changes) text = replaceOnce(text, CHANGES[change][0], CHANGES[change][1]);
  const folder = await mkdtemp(join(tmpdir(), "freshet-vcl-"));
  const path = join(folder, "freshet.vcl");
  await writeFile(path, text);
  return { path, remove: () => rm(folder, { recursive: true, force: true }) };
}
