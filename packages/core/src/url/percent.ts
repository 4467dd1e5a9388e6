const RUN = /(?:%[0-9a-f]{2})+/gi;

/** Percent-decodes once; escapes that are malformed or not UTF-8 stay as they are. Never throws. */
export function percentDecode(text: string): string {
  if (!text.includes("%")) return text;
  return text.replace(RUN, (run) => {
    try {
      return decodeURIComponent(run);
    } catch {
      return run.replace(/%[0-7][0-9a-f]/gi, (triplet) =>
        String.fromCharCode(Number.parseInt(triplet.slice(1), 16)),
      );
    }
  });
}

/** Encodes everything but RFC 3986's unreserved characters, as PHP's rawurlencode does. Never throws. */
export function percentEncode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/**
 * One spelling for a path: escapes are decoded where the character may stand for itself, everything else is
 * encoded in capitals. `%2F` stays data, and so do `%2B` and `%3B`: some origins (S3, servlet containers) read a
 * bare `+` or `;` as something else.
 */
export function normalizePath(path: string): string {
  return path
    .replace(/%(?![0-9a-f]{2})/gi, "%25")
    .replace(/%[0-9a-f]{2}/gi, (triplet) => {
      const character = String.fromCharCode(Number.parseInt(triplet.slice(1), 16));
      return /[A-Za-z0-9\-._~!$&'()*,=:@]/.test(character) ? character : triplet.toUpperCase();
    })
    .replace(/[^A-Za-z0-9\-._~!$&'()*+,;=:@/%]+/g, (run) => encodeURIComponent(run.toWellFormed()));
}

/** Makes raw query text fit for a request: what may not stand in a query is encoded, everything else stays. */
export function normalizeQuery(query: string): string {
  return query.replace(/[^A-Za-z0-9\-._~!$&'()*+,;=:@/?%]+/g, (run) =>
    encodeURIComponent(run.toWellFormed()),
  );
}
