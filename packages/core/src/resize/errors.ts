import type { RenderErrorCode } from "./contract.ts";

const BRAND = Symbol.for("freshet.render-error");

/** An image that will not be rendered; `message` is a public sentence. */
export class RenderError extends Error {
  readonly code: RenderErrorCode;
  constructor(code: RenderErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "RenderError";
    this.code = code;
    Object.defineProperty(this, BRAND, { value: true });
  }
}

/** Tells a `RenderError` by its brand, so that two copies of this package agree. */
export function isRenderError(value: unknown): value is RenderError {
  return typeof value === "object" && value !== null && BRAND in value;
}
