import {
  type LayeredParameters,
  layerParameters,
  type ParsedDeliveryUrl,
  parseDeliveryUrl,
  type Remark,
  readProofs,
  readV6,
  type Shortening,
  type Transformation,
} from "@freshet/core";
import { canFindFaces, faceWishes } from "@freshet/core/resize";
import { ServerError } from "../errors.ts";
import { withVersion } from "../projects/origin-version.ts";
import type { Project } from "../projects/project.ts";
import type { Verdict } from "../projects/security.ts";
import { withinLadder } from "../projects/sizes.ts";
import { verify } from "../projects/verify.ts";

/** A delivery URL as its project understands it. */
export interface Understanding {
  /** Transformation and remarks are those of all layers together; undefined where no original is named. */
  readonly url: ParsedDeliveryUrl | undefined;
  readonly layered: LayeredParameters | undefined;
  readonly verdict: Verdict;
  /** Why the URL is not answered. */
  readonly refusal: ServerError | undefined;
}

const NOTHING: Shortening = { presets: {}, rules: [], defaults: "" };

/** Reads a request target by the rules of a project: older forms, layers, signatures, sizes. Never throws. */
export function understand(project: Project, target: string): Understanding {
  const old = project.v6 ? readV6(target) : undefined;
  const today = old?.target ?? target;
  const proofs = { ...readProofs(today), v6: old?.claims ?? [] };
  const verdict = verify(project.security, proofs);
  const parsed = parseDeliveryUrl(today);
  if (!parsed) return refused(verdict, new ServerError("ORIGINAL_NOT_NAMED"));
  if (!old && project.v7 !== undefined && parsed.v7 !== (project.v7 === "required")) {
    const detail = `The path of this project's URLs ${parsed.v7 ? "does not begin" : "begins"} with /v7/.`;
    return refused(verdict, new ServerError("ORIGINAL_NOT_NAMED", detail));
  }
  const layered = layerParameters(parsed, project.shortening ?? NOTHING);
  const url = {
    ...parsed,
    // A seal covers the original, and its query is a part of it: what a stranger adds is not sent on.
    originQuery: versionedQuery(project, parsed, verdict.covers === "sealed"),
    transformation: layered.transformation,
    remarks: layered.remarks,
  };
  if (verdict.refused) {
    return { url, layered, verdict, refusal: new ServerError(verdict.refused) };
  }
  try {
    const { transformation, remarks } = withinLadder(project.sizes, layered, verdict.covers);
    const held = {
      ...url,
      transformation,
      remarks: [...url.remarks, ...remarks, ...blindTo(transformation)],
    };
    return { url: held, layered, verdict, refusal: undefined };
  } catch (error) {
    return { url, layered, verdict, refusal: error as ServerError };
  }
}

/** What is asked of faces where nothing can find them: it is answered as for a picture of nobody. */
function blindTo(transformation: Transformation): readonly Remark[] {
  if (canFindFaces()) return [];
  return faceWishes(transformation).map(({ name, value }) => ({
    parameter: name,
    text: value,
    expected:
      "the optional packages @tensorflow/tfjs-core and @tensorflow/tfjs-backend-wasm, without which no face is found: install them",
  }));
}

/** The origin's own query, with `vh` in the parameter that the project's origins take versions in. */
function versionedQuery(project: Project, parsed: ParsedDeliveryUrl, isSealed: boolean): string {
  const query = isSealed ? parsed.sealedOriginQuery : parsed.originQuery;
  const version = isSealed ? parsed.sealed.findLast(({ name }) => name === "vh")?.value : parsed.version;
  return withVersion(query, project.origins?.versionParameter, version);
}

function refused(verdict: Verdict, refusal: ServerError): Understanding {
  return { url: undefined, layered: undefined, verdict, refusal };
}
