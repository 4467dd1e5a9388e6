import type { OutputFormat } from "../../format.ts";
import type { OperationName, OperationValues, Transformation } from "../../operations/index.ts";
import type { RenderLimits } from "../contract.ts";
import type { Picture } from "../picture.ts";

/** What an operation may know besides its own values. */
export interface RenderContext {
  readonly transformation: Transformation;
  readonly format: OutputFormat;
  readonly limits: RenderLimits;
}

/** The painting half of one operation: from the picture so far to the picture with it. No pixel is touched. */
export type Apply<Name extends OperationName> = (
  picture: Picture,
  values: OperationValues[Name],
  context: RenderContext,
) => Picture;
