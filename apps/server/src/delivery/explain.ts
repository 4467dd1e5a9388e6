import { type EffectiveValue, isProxied, type Remark, stepsToOriginal } from "@freshet/core";
import { type ErrorCode, isServerError, ServerError } from "../errors.ts";
import { describeOriginal, namingOf, type Original } from "../projects/originals.ts";
import type { Project } from "../projects/project.ts";
import type { Verdict } from "../projects/security.ts";
import { reachOf } from "../sources/allow-list.ts";
import { hintsFor } from "./hints.ts";
import { understand } from "./understand.ts";

/** What a project makes of a delivery URL, without asking any origin. */
export interface Explanation {
  readonly project: string;
  /** Why the URL would be refused before an origin is asked; null where it would not. */
  readonly refused: { readonly code: ErrorCode; readonly sentence: string } | null;
  readonly signature: {
    /** Kind of the proof that is true; null for none. */
    readonly by: Verdict["by"] | null;
    readonly covers: Verdict["covers"];
    /** When the URL ends, as ISO 8601; null where it does not. */
    readonly expires: string | null;
  };
  readonly original: {
    /** As the URL writes it. */
    readonly written: string;
    /** Aliases and the prefix (alias null), in the order they were followed, and what the text was behind each. */
    readonly steps: readonly { readonly alias: string | null; readonly text: string }[];
    /** Normal form: what invalidations and tags go by. */
    readonly name: string;
    readonly tag: string;
    /** Where it is read: addresses in the order they are tried, or a file of the data folder. */
    readonly from: readonly string[];
    readonly isAllowed: boolean;
  } | null;
  readonly version: string | null;
  /** The preset in force. */
  readonly preset: string | null;
  /** Each parameter in effect: its value, which layer gave it, and what that overrode. */
  readonly parameters: readonly EffectiveValue[];
  readonly remarks: readonly Remark[];
  /** What the output format depends on. */
  readonly format: {
    /** `force_format`, in its order; null for none. */
    readonly requested: readonly string[] | null;
    /** What the project negotiates by Accept where none is requested, best first. */
    readonly negotiated: readonly string[];
    /** Headers besides Accept that may change the answer. */
    readonly hints: readonly string[];
  };
}

/** Explains a request target (path and query, as it would be sent). Pure, and never throws. */
export function explain(project: Project, target: string, now: number): Explanation {
  const { url, layered, verdict, refusal } = understand(project, target);
  const { expires } = verdict;
  const hasEnded = expires !== undefined && now >= expires * 1_000;
  const named = url && nameOf(project, url.original, url.originQuery);
  const isForbidden = named !== undefined && !isServerError(named) && !named.isAllowed;
  const fault =
    refusal ??
    (hasEnded ? new ServerError("URL_EXPIRED") : undefined) ??
    (isServerError(named) ? named : undefined) ??
    (isForbidden ? new ServerError("ORIGINAL_NOT_ALLOWED") : undefined);
  return {
    project: project.name,
    refused: fault ? { code: fault.code, sentence: fault.message } : null,
    signature: {
      by: verdict.by ?? null,
      covers: verdict.covers,
      expires: expires === undefined ? null : timeOf(expires),
    },
    original: named === undefined || isServerError(named) ? null : named,
    version: url?.version ?? null,
    preset: layered?.preset ?? null,
    parameters: layered?.values ?? [],
    remarks: url?.remarks ?? [],
    format: {
      requested: url?.transformation.encode?.force_format ?? null,
      negotiated: project.formats,
      hints: (layered && !isProxied(layered.transformation) && hintsFor(project, layered)?.vary) || [],
    },
  };
}

function nameOf(
  project: Project,
  written: string,
  originQuery: string,
): NonNullable<Explanation["original"]> | ServerError {
  try {
    const original = describeOriginal(project, written, originQuery);
    const steps = stepsToOriginal(written, namingOf(project)).map(({ alias, text }) => ({
      alias: alias ?? null,
      text,
    }));
    const { name, tag } = original;
    return { written, steps, name, tag, from: placesOf(original), isAllowed: isAllowed(original) };
  } catch (error) {
    if (isServerError(error)) return error;
    throw error;
  }
}

function placesOf({ location, name, project }: Original): readonly string[] {
  if (location.kind === "http") return location.urls;
  // A folder or a bucket: the name says which, and where in it.
  return [name.slice(project.name.length + 1)];
}

function isAllowed({ location, policy }: Original): boolean {
  return location.kind !== "http" || location.urls.some((url) => reachOf(new URL(url), policy) !== undefined);
}

/** Years that a date cannot have are shown as the latest it can. */
function timeOf(seconds: number): string {
  return new Date(Math.min(seconds * 1_000, 8.64e15)).toISOString();
}
