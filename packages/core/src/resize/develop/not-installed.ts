import { RenderError } from "../errors.ts";

/** Said where an optional package is missing; whatever else keeps it from loading is its own error. */
export function notInstalled(name: string, error: unknown): unknown {
  const { code } = error as { readonly code?: string };
  if (code !== "ERR_MODULE_NOT_FOUND") return error;
  return new RenderError(
    "FORMAT_NOT_INSTALLED",
    `This server reads and writes that format only with the package ${name}. Install it beside the server, or use another format.`,
    { cause: error },
  );
}
