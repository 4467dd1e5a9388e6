import type { OutputFormat } from "../format.ts";
import type { Transformation } from "../operations/index.ts";
import type { ImageFacts } from "./contract.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import { draw } from "./operations/index.ts";
import type { Picture } from "./picture.ts";
import { UPRIGHT } from "./symmetry.ts";

/** What an estimate may know besides the original, the transformation and the format. */
export interface Beside {
  /** The other format that is tried. */
  readonly rival?: OutputFormat | undefined;
  /** It is improved, not rendered. */
  readonly late?: boolean | undefined;
  /** Of watermarks. */
  readonly images?: readonly ImageFacts[];
}

/** What would be drawn, as far as the facts of an original say it: nothing of it was read. For estimates. */
export function foresee(
  facts: ImageFacts,
  transformation: Transformation,
  format: OutputFormat,
  rival?: OutputFormat,
): Picture {
  const drawable = { ...facts, uprighting: UPRIGHT, isGrey: false, isDeep: false };
  return draw(drawable, { transformation, format, rival, limits: DEFAULT_LIMITS });
}
