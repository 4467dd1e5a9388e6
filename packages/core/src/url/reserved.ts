import { isOperationParameter } from "../transformation.ts";

/** Parameters that steer an answer without touching pixels; they are understood and never sent to an origin. */
export const CONTROL_PARAMETERS = [
  ...["vh", "ci_url_encoded", "ci_info", "ci_cache", "force_download", "p"],
  ...["ci_sign", "ci_seal", "ci_eqs", "fr_sig", "fr_exp"],
] as const;

/** Parameters of the language that have no effect yet: each use is remarked, none is sent to an origin. */
export const RESERVED_PARAMETERS: readonly string[] = ["process"];

const CONTROL: ReadonlySet<string> = new Set(CONTROL_PARAMETERS);
const RESERVED: ReadonlySet<string> = new Set(RESERVED_PARAMETERS);

/** Whether a parameter is of the language but not applied, such as the `wat[9]` of one watermark too many. */
export function isReservedParameter(wireName: string): boolean {
  const name = wireName.replace(/\[\d{0,3}\]$/, "");
  return RESERVED.has(name) || (isOperationParameter(name) && !isOperationParameter(wireName));
}

/** Whether a parameter is of the language at all: such a one is never sent to an origin. */
export function isKnownParameter(wireName: string): boolean {
  return CONTROL.has(wireName) || isOperationParameter(wireName) || isReservedParameter(wireName);
}
