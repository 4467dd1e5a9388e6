import type { Dispatcher } from "undici";
import { readBody } from "../sources/body.ts";
import { errorCodeOf } from "./documents.ts";
import { failure, type ObjectFacts, outcomeOf, type S3Failure, type S3Missing } from "./outcomes.ts";

/** How the names of an object's metadata begin on the wire. */
export const META = "x-amz-meta-";

const LONGEST_ERROR = 64 * 2 ** 10;

/** What an answer means that brings no object; its error document is read for that. */
export async function refusalOf(answer: Dispatcher.ResponseData): Promise<S3Missing | S3Failure> {
  const text = await textOf(answer, LONGEST_ERROR);
  return outcomeOf(answer.statusCode, errorCodeOf(text));
}

/** Where there is no object to be missing, "not found" is the bucket. */
export function nothingFor(outcome: S3Missing | S3Failure): S3Failure {
  return outcome.kind === "missing" ? failure("S3_NO_BUCKET", 404) : outcome;
}

/** A whole body as text; empty if it is longer than `maxBytes`. */
export async function textOf(answer: Dispatcher.ResponseData, maxBytes: number): Promise<string> {
  const body = await readBody(answer.body, { maxBytes, announced: undefined }, () => {});
  if (body.kind !== "whole") answer.body.destroy();
  return body.kind === "whole" ? Buffer.from(body.bytes).toString() : "";
}

/** What the head of an answer says of its object. */
export function factsOf({ headers }: Dispatcher.ResponseData): ObjectFacts {
  const first = (name: string) => {
    const value = headers[name];
    return typeof value === "string" ? value : value?.[0];
  };
  const length = first("content-length");
  const metadata = Object.keys(headers)
    .filter((name) => name.startsWith(META))
    .map((name) => [name.slice(META.length), first(name) ?? ""]);
  return {
    size: length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : undefined,
    etag: first("etag"),
    lastModified: first("last-modified"),
    contentType: first("content-type"),
    metadata: Object.fromEntries(metadata),
  };
}
