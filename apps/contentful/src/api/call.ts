import { rawRequest } from "@freshet/connector";
import type { FastifyRequest } from "fastify";
import { ApiError } from "../errors.ts";
import { isId } from "../event.ts";
import { parseObject } from "../json.ts";
import type { Replays } from "../verify/replays.ts";
import { checkSignature, OLDEST_MS } from "../verify/signature.ts";

/** A call of the app's own pages, signed by Contentful for the user who made it: nothing else of it is believed. */
export interface Call {
  readonly space: string;
  /** As the page named it: an environment or an alias. */
  readonly environment: string;
  readonly user: string;
  /** Empty where nothing was sent. */
  readonly body: Readonly<Record<string, unknown>>;
}

export interface CallOptions {
  /** The app's signing secrets; those of webhooks sign no call. */
  readonly secrets: readonly string[];
  readonly app: string;
  readonly prefix: string | undefined;
  readonly replays: Replays;
  readonly now: () => number;
}

const NONE = {};

/**
 * Reads a signed call. The ids of space, environment and user are those that were signed.
 * @throws ApiError CALL_NOT_GENUINE or REQUEST_MALFORMED.
 */
export async function readCall(request: FastifyRequest, options: CallOptions): Promise<Call> {
  const raw = rawRequest(request);
  const { secrets, prefix, replays, now } = options;
  const check = checkSignature(raw, { secrets, now: now(), ...(prefix !== undefined && { prefix }) });
  if (!check.ok) throw new ApiError("CALL_NOT_GENUINE", check.reason);
  const { signed } = check;
  const space = signed.get("x-contentful-space-id");
  const environment = signed.get("x-contentful-environment-id");
  const user = signed.get("x-contentful-user-id");
  const app = signed.get("x-contentful-app-id");
  if (!isId(space) || !isId(environment) || !isId(user))
    throw new ApiError("CALL_NOT_GENUINE", "unsigned-ids");
  if (app !== undefined && app !== options.app) throw new ApiError("CALL_NOT_GENUINE", "another-app");
  // An event is signed with the same secret: its body must never pass for a call.
  if (signed.has("x-contentful-topic")) throw new ApiError("CALL_NOT_GENUINE", "event");
  if (!(await replays.isNew(check.signature, check.at + OLDEST_MS)))
    throw new ApiError("CALL_NOT_GENUINE", "replayed");
  const body = raw.body.length === 0 ? NONE : parseObject(raw.body);
  if (body === undefined) throw new ApiError("REQUEST_MALFORMED", "The body is no JSON object.");
  return { space, environment, user, body };
}
