/**
 * Where to go after the sign-in: a place of the console, below its own address. Anything else, such as the address of another site, is
 * the overview.
 */
export function backOf(wanted: string | null): string {
  return wanted !== null && /^\/(?![/\\])[^\s\\]*$/.test(wanted) ? wanted : "/";
}

/** The sign-in, with where to go on afterwards, and with what went wrong at the organisation's own where that led here. */
export function signInOf(location: string, search: string): string {
  const query = new URLSearchParams(search);
  const problem = query.get("problem");
  query.delete("problem");
  const place = problem === null ? location + search : location + (query.size > 0 ? `?${query}` : "");
  const wanted = new URLSearchParams({
    ...(place !== "/" && { back: place }),
    ...(problem !== null && { problem }),
  });
  return wanted.size > 0 ? `/sign-in?${wanted}` : "/sign-in";
}

/** The longest place that the server takes along. */
const LONGEST_PLACE = 2_000;

/** Where the organisation's own sign-in begins, which leads back to the same place as this one. */
export function organisationOf(back: string | null): string {
  const place = backOf(back);
  const page = `/console${place}`;
  if (place === "/" || page.length > LONGEST_PLACE) return "/access/oidc";
  return `/access/oidc?return=${encodeURIComponent(page)}`;
}
