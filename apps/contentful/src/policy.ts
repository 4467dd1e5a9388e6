import { isRecord } from "./json.ts";

/** What is done when something changes in Contentful. */
export interface Policy {
  /** Events are followed at all. */
  readonly follow: boolean;
  /** A replaced file: `purge` forgets its old address as well; `re-version` leaves that alone, for pages that still name it. */
  readonly replaced: "purge" | "re-version";
  /** An unpublished or archived asset: `purge` forgets it, and Contentful serves it on; `block` answers 410 until it is published again. */
  readonly unpublished: "purge" | "block";
  /** The same for a deleted one. */
  readonly deleted: "purge" | "block";
  /** Queries of delivery URLs, such as "w=800", that are asked for as soon as a change is Done. */
  readonly warm: readonly string[];
}

export const USUAL_POLICY: Policy = {
  follow: true,
  replaced: "purge",
  unpublished: "purge",
  deleted: "purge",
  warm: [],
};

const MOST_WARM = 20;
const QUERY = /^[A-Za-z0-9_=&.,:%~-]{1,300}$/;

/** Reads a policy, or what of it; the rest is that of `before`. A text says what is wrong. */
export function readPolicy(value: unknown, before: Policy = USUAL_POLICY): Policy | string {
  if (!isRecord(value)) return "policy is no object.";
  const unknown = Object.keys(value).find((key) => !Object.hasOwn(USUAL_POLICY, key));
  if (unknown !== undefined) return `policy.${unknown.slice(0, 40)} is unknown.`;
  const {
    follow = before.follow,
    replaced = before.replaced,
    unpublished = before.unpublished,
    deleted = before.deleted,
    warm = before.warm,
  } = value;
  if (typeof follow !== "boolean") return "policy.follow is true or false.";
  if (replaced !== "purge" && replaced !== "re-version") return "policy.replaced is purge or re-version.";
  if (unpublished !== "purge" && unpublished !== "block") return "policy.unpublished is purge or block.";
  if (deleted !== "purge" && deleted !== "block") return "policy.deleted is purge or block.";
  if (!Array.isArray(warm) || warm.length > MOST_WARM || !warm.every(isQuery))
    return `policy.warm is a list of at most ${MOST_WARM} queries such as "w=800".`;
  return { follow, replaced, unpublished, deleted, warm };
}

const isQuery = (value: unknown): value is string => typeof value === "string" && QUERY.test(value);
