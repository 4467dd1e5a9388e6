import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { ReadSecret, Report } from "../config/reading.ts";
import { defaultsOf, type ValueOf } from "../config/shape.ts";
import type { Secret } from "../secrets/secret.ts";
import type { Reach } from "../sources/address-guard.ts";
import { CUTOUTS_SCHEMA } from "./schema.ts";

/** The operator's own provider of masks. */
export interface CutoutsConfig {
  readonly kind: "module" | "url";
  /** Where it is: a file or http(s) URL. */
  readonly place: string;
  readonly reach: Reach;
  readonly authorization: Secret | undefined;
  readonly timeoutMs: number;
  readonly revision: number;
}

/** Undefined where Freshet's own is all there is. */
export async function readCutouts(
  section: ValueOf<typeof CUTOUTS_SCHEMA> | undefined,
  folder: string,
  secretOf: ReadSecret,
  report: Report,
): Promise<CutoutsConfig | undefined> {
  if (section?.module === undefined && section?.url === undefined) return undefined;
  const { module, url, allowPrivate, authorization, authorizationFile } = section;
  if (module !== undefined && url !== undefined) report("cutouts has module and url; keep one.");
  if (url !== undefined && !/^https?:$/.test(URL.parse(url)?.protocol ?? ""))
    report("cutouts.url is no http or https address.");
  const secret = await secretOf("cutouts", "authorization", authorization, authorizationFile);
  const { timeoutMs, revision } = { ...defaultsOf(CUTOUTS_SCHEMA), ...section };
  return {
    kind: module === undefined ? "url" : "module",
    place: module === undefined ? (url ?? "") : pathToFileURL(resolve(folder, module)).href,
    reach: allowPrivate === true ? "private" : "public",
    authorization: secret,
    ...{ timeoutMs, revision },
  };
}
