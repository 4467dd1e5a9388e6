import { NodeTypes } from "@shopify/liquid-html-parser";
import { type Chain, isRefusal, readChain } from "./chain.ts";
import { URL_FILTERS } from "./filters.ts";
import type { Refusal } from "./refusal.ts";
import { findSites, namedFilters, type Site, type Sites, type Span } from "./sites.ts";
import { OWN_SOURCE, type Place, printStatements, statementsFor } from "./statements.ts";
import { readSurroundings, refusedTail } from "./tail.ts";

/** A chain by its place in the file. */
export interface Found {
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

/** A chain that stays as it is. */
export interface Left extends Found, Refusal {}

/** A file with every chain rewritten that can be. */
export interface Rewritten {
  readonly text: string;
  readonly handled: readonly Found[];
  readonly left: readonly Left[];
}

/** What all files of a theme say about variables that hold addresses: which of them somebody takes apart, and by which filter. */
export type Delicate = ReadonlyMap<string, Refusal>;

/** Variables of this file that a chain takes apart, or makes an img element of, somewhere else than where they are assigned. */
export function delicateVariables(source: string): Delicate {
  const found = new Map<string, Refusal>();
  for (const site of findSites(source)?.chains ?? []) {
    const { expression, filters } = site.variable;
    if (expression.type !== NodeTypes.VariableLookup || expression.name === null) continue;
    if (expression.lookups.length > 0 || filters.some(({ name }) => Object.hasOwn(URL_FILTERS, name)))
      continue;
    const tag = filters.find(({ name }) => name === "image_tag" || name === "img_tag");
    const refusal = tag
      ? ({ code: "PICTURE_ELSEWHERE", detail: tag.name } as const)
      : (refusedTail(filters, false, false) ?? joinedText(site, source));
    if (refusal) found.set(expression.name, refusal);
  }
  return found;
}

/** A variable that is printed as a part of a longer address cannot hold a whole one. */
function joinedText(site: Site, source: string): Refusal | undefined {
  if (site.context !== "print" || isLine(site, source)) return undefined;
  const read = surroundingsOf(site, source);
  if ("code" in read) return read.detail === "behind" ? read : undefined;
  return read.scheme === undefined ? undefined : { code: "TEXT_ADDED", detail: "before" };
}

/**
 * Rewrites every chain that prints or assigns a picture or its address, and lists the others. Everything else stays byte for byte; a
 * second run changes nothing. Never throws.
 */
export function rewriteFile(source: string, delicate: Delicate = new Map()): Rewritten {
  const lineOf = lineCounter(source);
  const sites = findSites(source);
  const at = ({ start, end }: Span): Found => ({
    line: lineOf(start),
    text: shorten(source.slice(start, end)),
  });
  const edits: (Span & { readonly text: string })[] = [];
  const handled: Found[] = [];
  const left: Left[] = [];
  const settled: Span[] = [...(sites?.inert ?? [])];

  const chains = sites?.chains ?? [];
  const pictures = new Set(
    chains.filter(({ variable }) => readChain(variable, source)).map(({ span }) => span.end),
  );
  for (const site of chains) {
    settled.push(site.variable.position);
    // Written by an earlier run.
    if (site.target === OWN_SOURCE) continue;
    const chain = readChain(site.variable, source);
    if (!chain) continue;
    const apart = isRefusal(chain)
      ? chain
      : (refusedBySite(site, sites, delicate) ?? withSurroundings(chain, site, source, pictures));
    if (isRefusal(apart)) {
      left.push({ ...at(site.span), ...apart });
      continue;
    }
    handled.push(at(site.span));
    const text = printStatements(statementsFor(apart.chain, site.target), placeOf(site, source));
    edits.push({ start: site.span.start - apart.scheme.length, end: site.span.end, text });
  }
  for (const { name, at: start } of namedFilters(source)) {
    if (settled.some((span) => start >= span.start && start < span.end)) continue;
    const end = source.indexOf("\n", start);
    const code = sites ? "CHAIN_UNREADABLE" : "FILE_UNREADABLE";
    left.push({ ...at({ start, end: end < 0 ? source.length : end }), code, detail: name });
  }
  return { text: splice(source, edits), handled, left: left.toSorted((one, other) => one.line - other.line) };
}

function refusedBySite(site: Site, sites: Sites | undefined, delicate: Delicate): Refusal | undefined {
  if (site.context === "unknown") return { code: "CONTEXT_UNKNOWN" };
  const captured = sites?.captures.filter(
    ({ span }) => site.span.start >= span.start && site.span.end <= span.end,
  );
  const names = [
    ...(site.target === undefined ? [] : [site.target]),
    ...(captured ?? []).map(({ name }) => name),
  ];
  for (const name of names) {
    const handed = sites?.handedOn.filter(([variable]) => variable === name).map(([, argument]) => argument);
    for (const each of [name, ...(handed ?? [])]) {
      const refusal = delicate.get(each);
      if (refusal) return refusal;
    }
  }
  return undefined;
}

/** A scheme that stands as text before a printed address goes into the snippet. */
function withSurroundings(
  chain: Chain,
  site: Site,
  source: string,
  pictures: ReadonlySet<number>,
): { readonly chain: Chain; readonly scheme: string } | Refusal {
  if (chain.isTag || site.context !== "print" || isLine(site, source)) return { chain, scheme: "" };
  // Behind another picture it stands for itself, however that one is printed.
  if (pictures.has(site.span.start)) return { chain, scheme: "" };
  const read = surroundingsOf(site, source);
  if ("code" in read) return read;
  if (read.scheme === undefined) return { chain, scheme: "" };
  if (chain.parameters.some(([name]) => name === "scheme")) return { code: "TEXT_ADDED", detail: "before" };
  const parameters = [...chain.parameters, ["scheme", `'${read.scheme}'`] as const];
  return { chain: { ...chain, parameters }, scheme: read.scheme };
}

const surroundingsOf = ({ span }: Site, source: string) =>
  readSurroundings(
    source.slice(Math.max(0, span.start - 12), span.start),
    source.slice(span.end, span.end + 24),
  );

/** Whether it is a line of `{% liquid %}`. */
const isLine = ({ span }: Site, source: string) => !/^\{[%{]/.test(source.slice(span.start, span.start + 2));

function placeOf(site: Site, source: string): Place {
  const { span, stripsBefore, stripsAfter } = site;
  const line = source.slice(source.lastIndexOf("\n", span.start - 1) + 1, span.start);
  return {
    isLine: isLine(site, source),
    stripsBefore,
    stripsAfter,
    indent: /^\s*$/.test(line) ? line : "",
    lineBreak: source.includes("\r\n") ? "\r\n" : "\n",
  };
}

function splice(source: string, edits: readonly (Span & { readonly text: string })[]): string {
  let text = "";
  let copied = 0;
  for (const edit of edits.toSorted((one, other) => one.start - other.start)) {
    if (edit.start < copied) continue;
    text += source.slice(copied, edit.start) + edit.text;
    copied = edit.end;
  }
  return text + source.slice(copied);
}

/** Lines from 1; looked up by halves, as files may have many. */
function lineCounter(source: string): (offset: number) => number {
  const breaks = [...source.matchAll(/\n/g)].map(({ index }) => index);
  return (offset) => {
    let [low, high] = [0, breaks.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((breaks[middle] ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    return low + 1;
  };
}

const shorten = (text: string) => {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > 160 ? `${line.slice(0, 159)}…` : line;
};
