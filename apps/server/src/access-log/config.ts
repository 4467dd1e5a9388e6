import { resolve } from "node:path";
import { defaultsOf, type ValueOf } from "../config/shape.ts";
import { ACCESS_LOG_SCHEMA } from "./schema.ts";

/** The access log, completed with defaults. */
export interface AccessLogConfig {
  /** An absolute path, or "stdout". */
  readonly to: string;
  /** One of so many. */
  readonly sample: number;
  readonly address: boolean;
  readonly bufferBytes: number;
}

/** Where lines go as the environment says ("off" is nowhere), else the file; undefined where neither wants any. */
export function readAccessLog(
  section: ValueOf<typeof ACCESS_LOG_SCHEMA> | undefined,
  place: string | undefined,
  { cwd, folder }: { readonly cwd: string; readonly folder: string },
): AccessLogConfig | undefined {
  if (place === "off" || (!place && section === undefined)) return undefined;
  const path = (to: string, base: string) => (to === "stdout" ? to : resolve(base, to));
  return {
    ...defaultsOf(ACCESS_LOG_SCHEMA),
    ...section,
    to: place ? path(place, cwd) : path(section?.to ?? "stdout", folder),
  };
}
