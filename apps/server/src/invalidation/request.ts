import type { Cause, InvalidationRequest } from "@freshet/core";
import { normalizeInvalidationPath } from "@freshet/core";
import { isServerError, ServerError } from "../errors.ts";
import type { Project } from "../projects/project.ts";
import type { PathRow } from "./migrations.ts";
import type { Delivery } from "./ports.ts";

/** Originals in one request. */
const MOST_URLS = 1_000;
/** Bounds of what a cause says; it is shown in the log and nowhere interpreted. */
const LONGEST_KIND = 40;
const LONGEST_ID = 200;
const LONGEST_LINK = 2_000;
/** Kinds that only Freshet itself gives: the log must not lie about them. */
const OWN_KINDS: readonly string[] = ["recheck", "settings", "restore"];

/** A body that was understood. */
export interface ReadRequest {
  readonly request: InvalidationRequest;
  readonly paths: readonly Omit<PathRow, "entry" | "place">[];
}

/**
 * Reads the body of `POST /invalidate` for this project.
 * @throws ServerError BODY_UNREADABLE, SCOPE_UNKNOWN, SCOPE_NOT_SUPPORTED, URLS_MISSING or PATH_WRONG, naming the input.
 */
export function readRequest(
  body: unknown,
  project: Project,
  delivery: Delivery,
  hosts: readonly string[] = project.hosts,
): ReadRequest {
  if (!isObject(body)) throw new ServerError("BODY_UNREADABLE", "Send a JSON object with a scope.");
  const cause = readCause(own(body, "cause"));
  const scope = own(body, "scope");
  if (scope === "all") return { request: { scope, ...(cause ? { cause } : {}) }, paths: [] };
  if (scope === "urls") {
    throw new ServerError(
      "SCOPE_NOT_SUPPORTED",
      'Use the scope "original": all variants of an original follow it.',
    );
  }
  if (scope !== "original") throw new ServerError("SCOPE_UNKNOWN");
  const urls = own(body, "urls");
  if (!Array.isArray(urls) || urls.length === 0 || urls.length > MOST_URLS)
    throw new ServerError("URLS_MISSING");
  const paths = urls.map((url: unknown) => readPath(url, project, delivery, hosts));
  const digests = readDigests(own(body, "digests"), paths, hosts);
  return {
    request: {
      scope,
      urls: paths.map(({ path }) => path),
      ...(cause ? { cause } : {}),
      ...(digests.size > 0 ? { digests: Object.fromEntries(digests) } : {}),
    },
    paths: paths.map((each) => ({ ...each, digest: digests.get(each.path) ?? null })),
  };
}

function readPath(
  url: unknown,
  project: Project,
  delivery: Delivery,
  hosts: readonly string[],
): Omit<PathRow, "entry" | "place" | "digest"> {
  if (typeof url !== "string") throw new ServerError("BODY_UNREADABLE", "Each of the urls is a text.");
  const read = normalizeInvalidationPath(url, { hosts });
  if (!read.ok) {
    throw new ServerError("PATH_WRONG", `${read.sentence} It was sent as ${quote(url)}.`);
  }
  if (read.isPrefix) throw new ServerError("SCOPE_NOT_SUPPORTED", "Name each original.");
  try {
    const { name, tag } = delivery.nameOriginal(project, read.path);
    return { received: url, path: read.path, name, tag };
  } catch (error) {
    if (!isServerError(error)) throw error;
    throw new ServerError("PATH_WRONG", `${error.detail ?? error.message} It was sent as ${quote(url)}.`);
  }
}

function readDigests(
  value: unknown,
  paths: readonly { readonly received: string; readonly path: string }[],
  hosts: readonly string[],
): ReadonlyMap<string, string> {
  if (value === undefined || value === null) return new Map();
  if (!isObject(value))
    throw new ServerError("BODY_UNREADABLE", "digests is an object: path → SHA-256 in hex.");
  const known = new Set(paths.map(({ path }) => path));
  const digests = Object.entries(value).map(([key, digest]): [string, string] => {
    const read = normalizeInvalidationPath(key, { hosts });
    if (!read.ok || !known.has(read.path)) {
      throw new ServerError("BODY_UNREADABLE", `digests names ${quote(key)}, which is none of the urls.`);
    }
    if (typeof digest !== "string" || !/^[0-9a-f]{64}$/i.test(digest)) {
      throw new ServerError(
        "BODY_UNREADABLE",
        `The digest of ${quote(key)} is not a SHA-256 of 64 hex digits.`,
      );
    }
    return [read.path, digest.toLowerCase()];
  });
  return new Map(digests);
}

function readCause(value: unknown): Cause | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isObject(value))
    throw new ServerError("BODY_UNREADABLE", "cause is an object with kind, id and link.");
  const kind = readText(own(value, "kind"), "kind", LONGEST_KIND);
  const id = readText(own(value, "id"), "id", LONGEST_ID);
  const link = readText(own(value, "link"), "link", LONGEST_LINK);
  if (kind === undefined) throw new ServerError("BODY_UNREADABLE", "A cause has a kind.");
  if (OWN_KINDS.includes(kind)) {
    throw new ServerError(
      "BODY_UNREADABLE",
      `The kind ${quote(kind)} is Freshet's own; name your system instead.`,
    );
  }
  // People will click on it: nothing but a page may hide behind it.
  if (link !== undefined && !/^https?:\/\//i.test(link)) {
    throw new ServerError("BODY_UNREADABLE", "The link of a cause begins with http:// or https://.");
  }
  return { kind, ...(id === undefined ? {} : { id }), ...(link === undefined ? {} : { link }) };
}

function readText(value: unknown, name: string, longest: number): string | undefined {
  if (value === undefined || value === null) return undefined;
  const isGood =
    typeof value === "string" && value !== "" && value.length <= longest && !/\p{Cc}/u.test(value);
  if (!isGood) {
    throw new ServerError(
      "BODY_UNREADABLE",
      `The ${name} of a cause is a text of 1 to ${longest} characters.`,
    );
  }
  return value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A property of the body itself: "constructor" and its kin are nobody's. */
function own(value: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

function quote(text: string): string {
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text);
}
