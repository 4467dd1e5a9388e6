/** Whether what is there, by its ETag, or undefined where nothing is, is what whoever sends something expects. */
export type IsExpected = (tag: string | undefined) => boolean;

/** What `If-Match` and `If-None-Match` ask for before something is written (RFC 9110, 13.1); what is no ETag is none of anything. */
export function preconditionOf(headers: {
  readonly "if-match"?: string | undefined;
  readonly "if-none-match"?: string | undefined;
}): IsExpected {
  const [match, noneMatch] = [readTags(headers["if-match"]), readTags(headers["if-none-match"])];
  return (tag) => {
    const isOne = (tags: readonly string[]) =>
      tag !== undefined && (tags.includes("*") || tags.includes(tag));
    // A weak tag names nothing exactly, so that it is good enough to refuse alone.
    if (match !== undefined && !isOne(match)) return false;
    return noneMatch === undefined || !isOne(noneMatch.map((each) => each.replace(/^W\//, "")));
  };
}

function readTags(header: string | undefined): readonly string[] | undefined {
  return header === undefined || header.trim() === ""
    ? undefined
    : header.split(",").map((each) => each.trim());
}
