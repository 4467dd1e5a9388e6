import { CUTOUT_REVISION, type RenderLimits } from "@freshet/core/resize";
import type { Run } from "../cells/cells.ts";
import type { Wire } from "../sources/wire.ts";
import type { CutoutsConfig } from "./config.ts";
import { askElsewhere } from "./elsewhere.ts";

/** Who makes masks. */
export interface CutoutMaker {
  /** Part of the mask's address: another name is another mask. */
  readonly name: string;
  /** Freshet's own, whose memory is known. */
  readonly isOwn?: true;
  /** Undefined where it sees no subject. What is hostile is left to `run`. Rejects when it cannot tell. */
  make(run: Run, original: Uint8Array, signal: AbortSignal): Promise<Uint8Array | undefined>;
}

/** What the configuration says, first, and Freshet's own, which stands in for it. */
export function makersOf(
  config: CutoutsConfig | undefined,
  { limits, wire }: { readonly limits: RenderLimits; readonly wire: Wire },
): readonly CutoutMaker[] {
  const own: CutoutMaker = {
    name: `own ${CUTOUT_REVISION}`,
    isOwn: true,
    make: (run, original) => run("cutOut", { original, limits }),
  };
  if (config === undefined) return [own];
  const name = `${config.kind} ${config.place} ${config.revision}`;
  if (config.kind === "module") {
    return [
      { name, make: (run, original) => run("cutOut", { original, limits, module: config.place }) },
      own,
    ];
  }
  const make: CutoutMaker["make"] = async (run, original, signal) => {
    const picture = await run("cutoutPicture", { original, limits });
    const answer = await askElsewhere(wire, config, picture, signal);
    return run("cutoutMask", { answer, picture });
  };
  return [{ name, make }, own];
}
