import { hash } from "node:crypto";
import { isProxied } from "@freshet/core";
import { mediaTypeOfFile } from "./media-types.ts";
import type { DeliveryRequest } from "./request.ts";
import type { Sources } from "./sources.ts";

/** A file that is delivered as its origin has it, whatever it is (`func=proxy`). */
export interface FileChoice {
  readonly kind: "file";
  /** Other bytes, or the same under another type, have another key. */
  readonly key: string;
  readonly mediaType: string;
  readonly negotiated: false;
}

/** The original as a file, where it is asked for as one. */
export function fileOf(
  { url, original }: DeliveryRequest,
  { digests: [digest], mediaType: said }: Sources,
): FileChoice | undefined {
  if (!isProxied(url.transformation)) return undefined;
  const mediaType = mediaTypeOfFile(said, original.name);
  const key = hash("sha256", `file ${mediaType}\n${digest}`).slice(0, 40);
  return { kind: "file", key, mediaType, negotiated: false };
}
