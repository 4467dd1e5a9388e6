import type { OutputFormat } from "../../format.ts";
import type { OperationName, OperationValues, Transformation } from "../../operations/index.ts";
import type { RenderLimits } from "../contract.ts";
import type { Insight } from "../insight.ts";
import type { Picture } from "../picture.ts";

/** What an operation may know besides its own values. */
export interface RenderContext {
  /** Effective: nothing in it is without effect beside the rest. */
  readonly transformation: Transformation;
  readonly format: OutputFormat;
  /** Written beside it, because the smaller one is sent. */
  readonly rival?: OutputFormat | undefined;
  readonly limits: RenderLimits;
  /** What was seen in the original's pixels; empty where nobody has looked. */
  readonly insight: Insight;
}

/** The painting half of one operation: from the picture so far to the picture with it. No pixel is touched. */
export type Apply<Name extends OperationName> = (
  picture: Picture,
  values: OperationValues[Name],
  context: RenderContext,
) => Picture;
