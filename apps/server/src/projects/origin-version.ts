import type { Location } from "../sources/source.ts";

/**
 * An origin's query with the version of the original in the parameter that the origin takes it in, sorted by name; as it is where
 * the origin takes none, the URL names none, or the query has one of its own.
 */
export function withVersion(
  query: string,
  parameter: string | undefined,
  version: string | undefined,
): string {
  if (parameter === undefined || !version || versionIn(query, parameter) !== undefined) return query;
  const items = [...query.split("&").filter((each) => each !== ""), `${parameter}=${encoded(version)}`];
  return items.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : nameOf(a) > nameOf(b) ? 1 : 0)).join("&");
}

/**
 * Where an original is read again after an invalidation, past caches that go by the parameter alone and keep what they once
 * answered: under a version that none of them has seen. What is read for the first time under a version is read under just that.
 */
export function pastSeenVersions(
  location: Location,
  parameter: string | undefined,
  read: { readonly isAgain: boolean; readonly stamp: number },
): Location {
  if (parameter === undefined || location.kind !== "http") return location;
  const urls = location.urls.map((url) => {
    const mark = url.indexOf("?");
    const [path, query] = mark < 0 ? [url, ""] : [url.slice(0, mark), url.slice(mark + 1)];
    const version = versionIn(query, parameter);
    if (version !== undefined && !read.isAgain) return url;
    const others = query.split("&").filter((each) => each !== "" && nameOf(each) !== parameter);
    const unseen = `${parameter}=${version ?? ""}${version === undefined ? "" : "."}${read.stamp}`;
    return `${path}?${[...others, unseen].join("&")}`;
  });
  return { ...location, urls };
}

function versionIn(query: string, parameter: string): string | undefined {
  const item = query.split("&").findLast((each) => nameOf(each) === parameter);
  return item?.slice(parameter.length + 1) || undefined;
}

const nameOf = (item: string) => item.split("=", 1)[0] ?? "";

const encoded = (text: string) =>
  encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`,
  );
