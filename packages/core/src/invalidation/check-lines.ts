import { resolveBeginning } from "../url/beginning.ts";
import { parseDeliveryUrl } from "../url/delivery-url.ts";
import { type Naming, type OriginalFault, resolveOriginal } from "../url/original.ts";
import { repairScheme } from "../url/spelling.ts";
import { type ListedLine, splitInvalidationLines } from "./lines.ts";
import { normalizeInvalidationPath, withoutMark } from "./path.ts";
import { normalizeInvalidationUrl } from "./url.ts";

/** What is known of the project that the paths are of. */
export interface LineRules {
  /** What each line shall name: one original, a folder, or one exact delivery URL. */
  readonly kind: "original" | "folder" | "url";
  /** Name of the project: a host whose first label it is delivers for it. */
  readonly project: string;
  /** Its further delivery hosts, lower-case, with port where they have one. */
  readonly hosts: readonly string[];
  readonly naming: Naming;
  /** Hosts that originals may come from, as `origins.allow` writes them; those of aliases and prefix need not be named. */
  readonly origins: readonly string[];
}

/** One line of a text and what becomes of it. */
export interface CheckedLine extends ListedLine {
  /** "doubtful" may be sent as it is, and probably is not what was meant. */
  readonly verdict: "right" | "doubtful" | "wrong";
  /** Why it is not right, or what is remarkable about it. */
  readonly sentence?: string;
  /** What to write instead; an empty text takes the line out. */
  readonly correction?: string;
  /** As the invalidation names it; absent where it is wrong. */
  readonly path?: string;
  /** Normal form of what is covered; for a folder, what those begin with. */
  readonly name?: string;
}

type Finding = Omit<CheckedLine, keyof ListedLine>;

/** A correction may need another one; this many in a row are more than there are faults of a line. */
const MOST_CORRECTIONS = 5;

/** Checks a text that lists paths, line by line, against what the server will say of them. Never throws. */
export function checkInvalidationLines(text: string, rules: LineRules): readonly CheckedLine[] {
  const firstOf = new Map<string, number>();
  return splitInvalidationLines(text).map((line, at) => {
    const finding = checkLine(line.text, rules);
    const key = rules.kind === "url" ? finding.path : finding.name;
    if (finding.verdict === "wrong" || key === undefined) return { ...line, ...finding };
    const first = firstOf.get(key);
    if (first === undefined) {
      firstOf.set(key, at);
      return { ...line, ...finding };
    }
    const sentence = `This names the same as line ${first + 1}; once is enough.`;
    return { ...line, ...finding, verdict: "doubtful", sentence, correction: "" };
  });
}

/**
 * The text with the corrections of these lines in their places; the lines are those that checking this text gave. Its lines keep what parts
 * them, unless a comma would no longer part what stands around it now: then each has a line of its own.
 */
export function correctInvalidationLines(text: string, lines: readonly CheckedLine[]): string {
  const corrected = lines.toReversed().reduce((whole, { start, end, correction }) => {
    if (correction === undefined) return whole;
    const [before, behind] = [whole.slice(0, start), whole.slice(end)];
    return correction === "" ? withoutLine(before, behind) : before + correction + behind;
  }, text);
  const wanted = lines.map((line) => line.correction ?? line.text).filter((each) => each !== "");
  const found = splitInvalidationLines(corrected);
  const isSame = found.length === wanted.length && found.every((line, at) => line.text === wanted[at]);
  return isSame ? corrected : wanted.join("\n");
}

/** A line that goes takes the separator behind it along, or the one before it where it is the last. */
function withoutLine(before: string, behind: string): string {
  const rest = behind.replace(/^[ \t]*(?:,[ \t]*\r?\n?|\r?\n)[ \t]*/, "");
  return rest === "" ? before.replace(/[\s,]+$/, "") : before + rest;
}

function checkLine(text: string, rules: LineRules): Finding {
  const finding = checkOnce(text, rules);
  let { correction } = finding;
  if (correction === undefined || correction === "") return finding;
  // Only what is right itself is offered.
  for (let left = MOST_CORRECTIONS; left > 0; left--) {
    const again = checkOnce(correction, rules);
    if (again.verdict === "right") return withCorrection(finding, correction);
    if (again.correction === undefined) break;
    correction = again.correction;
  }
  return withCorrection(finding, undefined);
}

/** In the text a correction has to stay one line: a comma that would part it is written with its escape, which names the same. */
function withCorrection({ correction: _, ...finding }: Finding, wished: string | undefined): Finding {
  const correction = [wished, wished?.replaceAll(",", "%2C")].find(
    (each) => each !== undefined && splitInvalidationLines(each).length === 1,
  );
  return correction === undefined ? finding : { ...finding, correction };
}

function checkOnce(text: string, rules: LineRules): Finding {
  const hosts = deliveryHosts(text, rules);
  if (rules.kind === "url") return checkUrl(text, hosts, rules);
  const read = normalizeInvalidationPath(text, { hosts });
  if (!read.ok) {
    const { sentence, suggestion } = read;
    return wrong(sentence, suggestion);
  }
  if (read.isPrefix) return checkFolder(read.path, rules);
  if (rules.kind === "folder") {
    return wrong(
      `A folder ends with /*, and everything in it follows: ${folderOf(read.path)}.`,
      folderOf(read.path),
    );
  }
  return checkOriginal(read.path, read.path.slice(1), rules);
}

function checkUrl(text: string, hosts: readonly string[], rules: LineRules): Finding {
  const read = normalizeInvalidationUrl(text, { hosts });
  if (!read.ok) return wrong(read.sentence);
  return checkOriginal(read.url, parseDeliveryUrl(read.url)?.original ?? "", rules);
}

function checkFolder(path: string, rules: LineRules): Finding {
  const beginning = path.slice(1, -1);
  if (beginning === "") return wrong("This names everything of the project; choose the scope All for that.");
  const [first] = resolveBeginning(beginning, rules.naming);
  if (first === undefined) {
    return wrong("A wildcard stands behind a complete host or alias, for example /sample.li/folder/*.");
  }
  const { name } = first;
  if (rules.kind === "folder") return { verdict: "right", path, name };
  return { verdict: "right", path, name, sentence: "Every original whose path begins so is covered." };
}

function checkOriginal(path: string, original: string, rules: LineRules): Finding {
  const resolved = resolveOriginal(original, rules.naming);
  if (resolved.kind === "invalid") return unnamed(original, resolved.reason, rules);
  const { name } = resolved;
  const host = resolved.kind === "http" ? name.slice(0, name.indexOf("/")) : undefined;
  if (host !== undefined && !isOrigin(host, rules)) {
    const sentence = `No picture of this project comes from ${host}; its sources are others.`;
    return { verdict: "doubtful", path, name, sentence };
  }
  return { verdict: "right", path, name };
}

const FAULTS: Readonly<Record<Exclude<OriginalFault, "not-an-original">, string>> = {
  scheme: "An original is read over http or https.",
  host: "What stands where the host should be is no host name.",
  credentials: "A path carries no user name and no password.",
  "climbs-out": "The path climbs out of its folder.",
  "alias-loop": "The aliases of this project lead in a circle.",
  path: "No file has such a name.",
};

function unnamed(original: string, reason: OriginalFault, { naming }: LineRules): Finding {
  if (reason === "credentials")
    return wrong(FAULTS[reason], `/${original.replace(/^([^/]*:\/\/)?[^/@]*@/, "$1")}`);
  if (reason !== "not-an-original") return wrong(FAULTS[reason]);
  const aliases = Object.keys(naming.aliases);
  const meant = aliases.find((alias) => original.startsWith(`${alias.replace(/^_|_$/g, "")}/`));
  const rest = meant === undefined ? "" : original.slice(meant.replace(/^_|_$/g, "").length);
  const known = aliases.length === 0 ? "" : `, or with an alias of this project such as /${aliases[0]}/`;
  return wrong(
    `The path begins with neither a host nor an alias; write it with its host${known}.`,
    meant === undefined ? undefined : `/${meant}${rest}`,
  );
}

function wrong(sentence: string, correction?: string): Finding {
  return { verdict: "wrong", sentence, ...(correction === undefined ? {} : { correction }) };
}

/** The folder that was meant by a path without a wildcard: that of a file, or the path itself. */
function folderOf(path: string): string {
  const folder =
    /\.[a-z0-9]{2,5}$/i.test(path) && path.lastIndexOf("/") > 0 ? path.slice(0, path.lastIndexOf("/")) : path;
  return `${folder.replace(/\/+$/, "")}/*`;
}

/**
 * The project's hosts and, where the text begins with one, a host whose first label is the project's name. One that originals come from is
 * none of these, unless it only lies below such a host and what follows is a delivery URL's `/v7/`.
 */
function deliveryHosts(text: string, rules: LineRules): readonly string[] {
  const [, authority = "", rest = ""] =
    /^(?:https?:\/\/)?([^/?]*)(.*)$/is.exec(repairScheme(withoutMark(text))) ?? [];
  const host = authority.toLowerCase();
  const written = [...rules.origins, ...placesOf(rules)].map((each) => each.toLowerCase());
  if (!host.startsWith(`${rules.project}.`) || written.includes(host)) return rules.hosts;
  return isWritten(host, written) && !rest.startsWith("/v7/") ? rules.hosts : [...rules.hosts, host];
}

function isOrigin(host: string, rules: LineRules): boolean {
  return rules.origins.includes("*") || isWritten(host, [...rules.origins, ...placesOf(rules)]);
}

/** Hosts that aliases and prefix stand for. */
function placesOf({ naming }: LineRules): readonly string[] {
  const places = [...Object.values(naming.aliases), { url: naming.prefix ?? "" }];
  return places.flatMap((place) => ("url" in place ? hostOf(place.url) : []));
}

function hostOf(url: string): readonly string[] {
  const [, host] = /^https?:\/\/([^/?#]+)/i.exec(repairScheme(url)) ?? [];
  return host === undefined ? [] : [host];
}

/** Each entry covers its subdomains and, without a port, every port. */
function isWritten(host: string, entries: readonly string[]): boolean {
  const bare = host.replace(/:\d+$/, "");
  return entries.some((entry) => {
    const allowed = entry.toLowerCase();
    const named = /:\d+$/.test(allowed) ? host : bare;
    return named === allowed || named.endsWith(`.${allowed}`);
  });
}
