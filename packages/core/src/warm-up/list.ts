/** Names that a first line may have as the head of its column; no picture is called so. */
const HEADS = /^(urls?|uris?|paths?|links?)$/i;

/**
 * The URLs of a list, one a line: the whole line, because a URL may hold commas; or, between quotes, what stands there, quotes doubled, and
 * what follows them is another column. Line breaks of every system; blank lines and a head are left out. A quote that is never closed
 * ends with its line, so that one bad line costs one URL.
 */
export function readUrlList(text: string): readonly string[] {
  const found: string[] = [];
  for (const line of text.split(/\r\n|\n|\r/)) {
    const url = readLine(line);
    if (url !== "" && !(found.length === 0 && HEADS.test(url))) found.push(url);
  }
  return found;
}

function readLine(line: string): string {
  const bare = line.trim();
  if (!bare.startsWith('"')) {
    // A tab is in no URL; commas at the end are empty columns of a spreadsheet.
    const [first = ""] = bare.split("\t", 1);
    return first.replace(/[,;\s]+$/, "");
  }
  const quoted = /^"((?:[^"]|"")*)("|$)/.exec(bare)?.[1] ?? "";
  return quoted.replaceAll('""', '"').trim();
}

/** What bytes say as text: UTF-8, or UTF-16 where a byte order mark says so, as spreadsheets save it. What is neither is U+FFFD. */
export function textOfList(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  return new TextDecoder("utf-8").decode(bytes);
}
