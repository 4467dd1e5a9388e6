import {
  type LiquidHtmlNode,
  type LiquidTag,
  type LiquidVariable,
  type LiquidVariableOutput,
  NamedTags,
  NodeTypes,
  toLiquidAST,
  walk,
} from "@shopify/liquid-html-parser";
import { PICTURE_FILTERS } from "./filters.ts";

/** A part of a file, as offsets. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A chain of filters and where it stands. */
export interface Site {
  readonly variable: LiquidVariable;
  /** What is replaced: the output or the tag around it. */
  readonly span: Span;
  readonly context: "print" | "assign" | "unknown";
  /** The variable that is assigned; undefined unless it is. */
  readonly target: string | undefined;
  readonly stripsBefore: boolean;
  readonly stripsAfter: boolean;
}

/** What a file says in Liquid, as far as pictures go. */
export interface Sites {
  readonly chains: readonly Site[];
  /** Arguments by which variables are handed to snippets: [variable, argument]. */
  readonly handedOn: readonly (readonly [variable: string, argument: string])[];
  /** Variables that blocks of text are captured into. */
  readonly captures: readonly { readonly name: string; readonly span: Span }[];
  /** What Shopify never renders. */
  readonly inert: readonly Span[];
}

const INERT: ReadonlySet<string> = new Set(["comment", "raw", "doc", "schema", "javascript", "stylesheet"]);

/** Finds every chain of filters; undefined if the file cannot be parsed. */
export function findSites(source: string): Sites | undefined {
  const chains: Site[] = [];
  const handedOn: [string, string][] = [];
  const captures: { name: string; span: Span }[] = [];
  const inert: Span[] = [];
  const look = (node: LiquidHtmlNode, parent: LiquidHtmlNode | undefined) => {
    const site = siteAt(node, parent);
    if (site) chains.push(site);
    if (node.type === NodeTypes.LiquidRawTag && INERT.has(node.name)) inert.push(node.position);
    if (node.type === NodeTypes.RenderMarkup) {
      for (const { name, value } of node.args)
        if (value?.type === NodeTypes.VariableLookup && value.name !== null)
          handedOn.push([value.name, name]);
    }
    if (
      node.type === NodeTypes.LiquidTag &&
      node.name === NamedTags.capture &&
      typeof node.markup !== "string"
    )
      captures.push({ name: node.markup.name ?? "", span: node.position });
  };
  try {
    walk(toLiquidAST(source, { mode: "tolerant", allowUnclosedDocumentNode: true }), look);
  } catch {
    return undefined;
  }
  const isInert = ({ start }: Span) => inert.some((span) => start >= span.start && start < span.end);
  return { chains: chains.filter(({ span }) => !isInert(span)), handedOn, captures, inert };
}

/** Chains may be printed and assigned; Liquid has no other place for them yet. */
function siteAt(node: LiquidHtmlNode, parent: LiquidHtmlNode | undefined): Site | undefined {
  if (node.type === NodeTypes.LiquidVariableOutput && typeof node.markup !== "string")
    return { variable: node.markup, context: "print", target: undefined, ...around(node) };
  if (node.type === NodeTypes.LiquidTag && node.name === NamedTags.echo && typeof node.markup !== "string")
    return { variable: node.markup, context: "print", target: undefined, ...around(node) };
  if (node.type === NodeTypes.LiquidTag && node.name === NamedTags.assign && typeof node.markup !== "string")
    return { variable: node.markup.value, context: "assign", target: node.markup.name, ...around(node) };
  if (node.type !== NodeTypes.LiquidVariable || !parent || KNOWN_PARENTS.has(parent.type)) return undefined;
  // An echo is told from other tags above.
  if (parent.type === NodeTypes.LiquidTag && parent.name === NamedTags.echo) return undefined;
  const strips = { stripsBefore: false, stripsAfter: false };
  return { variable: node, context: "unknown", target: undefined, span: node.position, ...strips };
}

const KNOWN_PARENTS: ReadonlySet<string> = new Set([NodeTypes.LiquidVariableOutput, NodeTypes.AssignMarkup]);

function around(node: LiquidVariableOutput | LiquidTag) {
  return {
    span: node.position,
    stripsBefore: node.whitespaceStart === "-",
    stripsAfter: node.whitespaceEnd === "-",
  };
}

/** Every place where a filter for pictures is named, whether it could be parsed or not. */
export function namedFilters(source: string): readonly { readonly name: string; readonly at: number }[] {
  return [...source.matchAll(/\|\s*([a-z_]+)(?![\w-])/g)]
    .filter(([, name = ""]) => PICTURE_FILTERS.has(name))
    .map((match) => ({ name: match[1] ?? "", at: match.index }));
}
