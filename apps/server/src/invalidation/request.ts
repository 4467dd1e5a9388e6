import type { Cause, InvalidationRequest } from "@freshet/core";
import { normalizeInvalidationPath, normalizeInvalidationUrl, parseDeliveryUrl, readV6 } from "@freshet/core";
import { isServerError, ServerError } from "../errors.ts";
import { carriedTags, projectTag, userTag } from "../projects/cache-tags.ts";
import type { Project } from "../projects/project.ts";
import type { PathRow } from "./migrations.ts";
import type { Delivery } from "./ports.ts";

/** Targets in one request. */
const MOST_TARGETS = 1_000;
const MOST_TRANSFORMATIONS = 100;
const LONGEST_TRANSFORMATION = 1_000;
/** Bounds of what a cause says; it is shown in the log and nowhere interpreted. */
const LONGEST_KIND = 40;
const LONGEST_ID = 200;
const LONGEST_LINK = 2_000;
const LONGEST_NOTE = 500;
/** Kinds that only Freshet itself gives: the log must not lie about them. */
const OWN_KINDS: readonly string[] = ["recheck", "settings", "restore", "state"];

type NamedPath = Omit<PathRow, "entry" | "place">;

/** A body that was understood. */
export interface ReadRequest {
  readonly request: InvalidationRequest;
  readonly paths: readonly NamedPath[];
}

/**
 * Reads the body of `POST /invalidate` for this project.
 * @throws ServerError BODY_UNREADABLE, SCOPE_UNKNOWN, URLS_MISSING, TAGS_MISSING, TAG_UNKNOWN or PATH_WRONG, naming the input.
 */
export function readRequest(
  body: unknown,
  project: Project,
  delivery: Delivery,
  hosts: readonly string[] = project.hosts,
): ReadRequest {
  if (!isObject(body)) throw new ServerError("BODY_UNREADABLE", "Send a JSON object with a scope.");
  const cause = readCause(own(body, "cause"));
  const why = cause ? { cause } : {};
  const scope = own(body, "scope");
  if (scope === "all") return { request: { scope, ...why }, paths: [] };
  if (scope === "tags") {
    const paths = readTags(own(body, "tags"), project);
    return { request: { scope, tags: paths.map(({ path }) => path), ...why }, paths };
  }
  if (scope === "urls") {
    const urls = readList(own(body, "urls"), "URLS_MISSING");
    const paths = urls.map((url) => readUrl(url, project, delivery, hosts));
    return { request: { scope, urls: paths.map(({ path }) => path), ...why }, paths };
  }
  if (scope !== "original") throw new ServerError("SCOPE_UNKNOWN");
  const urls = readList(own(body, "urls"), "URLS_MISSING");
  const paths = distinctPrefixes(urls.flatMap((url) => readPath(url, project, delivery, hosts)));
  const transformations = readTransformations(own(body, "transformations"));
  const digests = readDigests(own(body, "digests"), paths, hosts);
  return {
    request: {
      scope,
      urls: paths.map(({ path }) => path),
      ...(transformations.length > 0 ? { transformations } : {}),
      ...why,
      ...(digests.size > 0 ? { digests: Object.fromEntries(digests) } : {}),
    },
    paths: paths.map((each) => ({ ...each, digest: digests.get(each.path) ?? null })),
  };
}

function readList(value: unknown, code: "URLS_MISSING" | "TAGS_MISSING"): readonly string[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > MOST_TARGETS) throw new ServerError(code);
  for (const each of value) {
    if (typeof each !== "string")
      throw new ServerError("BODY_UNREADABLE", "Each of the urls or tags is a text.");
  }
  return value;
}

function readPath(
  received: string,
  project: Project,
  delivery: Delivery,
  hosts: readonly string[],
): readonly NamedPath[] {
  const read = normalizeInvalidationPath(received, { hosts });
  if (!read.ok) throw new ServerError("PATH_WRONG", `${read.sentence} It was sent as ${quote(received)}.`);
  return naming(received, () =>
    read.isPrefix
      ? delivery.namePrefix(project, read.path).map((prefix) => ({ received, digest: null, ...prefix }))
      : [
          {
            kind: "original",
            received,
            path: read.path,
            covered: null,
            digest: null,
            ...delivery.nameOriginal(project, read.path),
          },
        ],
  );
}

/** Two wildcards may name the same originals, by aliases or by themselves. */
function distinctPrefixes(paths: readonly NamedPath[]): readonly NamedPath[] {
  const seen = new Set<string>();
  return paths.filter(({ kind, name }) => kind === "original" || (!seen.has(name) && seen.add(name)));
}

function readUrl(
  received: string,
  project: Project,
  delivery: Delivery,
  hosts: readonly string[],
): NamedPath {
  const read = normalizeInvalidationUrl(received, { hosts });
  if (!read.ok) throw new ServerError("PATH_WRONG", `${read.sentence} It was sent as ${quote(received)}.`);
  const today = (project.v6 ? readV6(read.url)?.target : undefined) ?? read.url;
  const original = parseDeliveryUrl(today)?.original ?? "";
  return naming(received, () => ({
    kind: "url",
    received,
    path: read.url,
    covered: writePath(original),
    digest: null,
    ...delivery.nameOriginal(project, `/${original}`),
  }));
}

/** An original that may have been decoded, as a path that is read as the same one. */
function writePath(original: string): string {
  return `/${original.replace(/[\p{Cc}*?#]/gu, (character) =>
    character === "*" ? "%2A" : encodeURIComponent(character),
  )}`;
}

function naming<T>(received: string, name: () => T): T {
  try {
    return name();
  } catch (error) {
    if (!isServerError(error)) throw error;
    throw new ServerError(
      "PATH_WRONG",
      `${error.detail ?? error.message} It was sent as ${quote(received)}.`,
    );
  }
}

function readTags(value: unknown, project: Project): readonly NamedPath[] {
  const known = new Set(project.tags.map(({ tag }) => tag));
  const carried = carriedTags(project);
  return [...new Set(readList(value, "TAGS_MISSING"))].map((name) => {
    if (!known.has(name)) throw new ServerError("TAG_UNKNOWN", `It was sent as ${quote(name)}.`);
    const isCarried = carried.includes(name);
    return {
      kind: "tag",
      received: name,
      path: name,
      name,
      tag: isCarried ? userTag(project.name, name) : projectTag(project.name),
      covered: isCarried ? null : "/*",
      digest: null,
    };
  });
}

/** An older form of the API named variants by their parameters. They say nothing that could be invalidated alone. */
function readTransformations(value: unknown): readonly string[] {
  if (value === undefined || value === null) return [];
  const isGood =
    Array.isArray(value) &&
    value.length <= MOST_TRANSFORMATIONS &&
    value.every((each) => typeof each === "string" && each.length <= LONGEST_TRANSFORMATION);
  if (!isGood) {
    throw new ServerError(
      "BODY_UNREADABLE",
      `transformations is a list of at most ${MOST_TRANSFORMATIONS} texts such as "?w=200".`,
    );
  }
  return value;
}

function readDigests(
  value: unknown,
  paths: readonly NamedPath[],
  hosts: readonly string[],
): ReadonlyMap<string, string> {
  if (value === undefined || value === null) return new Map();
  if (!isObject(value))
    throw new ServerError("BODY_UNREADABLE", "digests is an object: path → SHA-256 in hex.");
  const known = new Set(paths.flatMap(({ kind, path }) => (kind === "original" ? [path] : [])));
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
  const note = readText(own(value, "note"), "note", LONGEST_NOTE);
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
  return {
    kind,
    ...(id === undefined ? {} : { id }),
    ...(link === undefined ? {} : { link }),
    ...(note === undefined ? {} : { note }),
  };
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
