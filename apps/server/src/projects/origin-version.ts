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
 * Where an original is read past caches of the origin that go by the parameter alone and keep what they once answered: with the
 * number of the newest invalidation behind the version, so that none of them has seen it before that invalidation. What is read
 * for the first time under a version is read under just that.
 */
export function pastSeenVersions(
  location: Location,
  parameter: string | undefined,
  read: { readonly isAgain: boolean; readonly floor: number },
): Location {
  if (parameter === undefined || location.kind !== "http" || read.floor === 0) return location;
  const urls = location.urls.map((url) => {
    const mark = url.indexOf("?");
    const [path, query] = mark < 0 ? [url, ""] : [url.slice(0, mark), url.slice(mark + 1)];
    const version = versionIn(query, parameter);
    if (version !== undefined && !read.isAgain) return url;
    const others = query.split("&").filter((each) => each !== "" && nameOf(each) !== parameter);
    const unseen = version === undefined ? `${read.floor}` : `${version}.${read.floor}`;
    return `${path}?${[...others, `${parameter}=${unseen}`].join("&")}`;
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
