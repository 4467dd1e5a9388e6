import { NodeTypes } from "@shopify/liquid-html-parser";
import { isRefusal, readChain } from "./chain.ts";
import { URL_FILTERS } from "./filters.ts";
import type { Refusal } from "./refusal.ts";
import { findSites, namedFilters, type Site, type Sites, type Span } from "./sites.ts";
import { OWN_SOURCE, type Place, printStatements, statementsFor } from "./statements.ts";
import { refusedTail } from "./tail.ts";

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
  for (const { variable } of findSites(source)?.chains ?? []) {
    const { expression, filters } = variable;
    if (expression.type !== NodeTypes.VariableLookup || expression.name === null) continue;
    if (expression.lookups.length > 0 || filters.some(({ name }) => Object.hasOwn(URL_FILTERS, name)))
      continue;
    const tag = filters.find(({ name }) => name === "image_tag" || name === "img_tag");
    const refusal = tag
      ? ({ code: "PICTURE_ELSEWHERE", detail: tag.name } as const)
      : refusedTail(filters, false);
    if (refusal) found.set(expression.name, refusal);
  }
  return found;
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

  for (const site of sites?.chains ?? []) {
    settled.push(site.variable.position);
    // Written by an earlier run.
    if (site.target === OWN_SOURCE) continue;
    const chain = readChain(site.variable, source);
    if (!chain) continue;
    const refusal = isRefusal(chain) ? chain : refusedBySite(site, sites, delicate);
    if (refusal || isRefusal(chain)) {
      left.push({ ...at(site.span), ...(refusal ?? { code: "CHAIN_UNREADABLE" }) });
      continue;
    }
    handled.push(at(site.span));
    edits.push({
      ...site.span,
      text: printStatements(statementsFor(chain, site.target), placeOf(site, source)),
    });
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

function placeOf({ span, stripsBefore, stripsAfter }: Site, source: string): Place {
  const line = source.slice(source.lastIndexOf("\n", span.start - 1) + 1, span.start);
  return {
    isLine: !/^\{[%{]/.test(source.slice(span.start, span.start + 2)),
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
