import { type CSSToken, TokenType } from "@csstools/css-tokenizer";
import { type Budget, opening, tokensOf, writeTokens } from "./css-value.ts";

/** A presentation attribute, or another one that is no style: undefined where it could load something. */
export function cleanValue(text: string, budget: Budget): string | undefined {
  // What has neither a function nor an escape can name nothing.
  return /[(\\]/.test(text) ? writeTokens(tokensOf(text, budget)) : text;
}

/** A `style` attribute without the declarations that could load something. */
export const cleanDeclarations = (text: string, budget: Budget): string =>
  declarationsOf(tokensOf(text, budget));

/** A style sheet: rules, and rules within `@media`, `@supports` and `@keyframes`; no other at-rule. */
export const cleanStyleSheet = (text: string, budget: Budget): string => rulesOf(tokensOf(text, budget), 0);

const GROUPS: ReadonlySet<string> = new Set(["media", "supports", "keyframes", "-webkit-keyframes"]);
const DEEPEST = 8;

function rulesOf(tokens: readonly CSSToken[], depth: number): string {
  if (depth > DEEPEST) return "";
  let text = "";
  for (let at = 0; at < tokens.length; ) {
    const open = endOfPrelude(tokens, at);
    const isBlock = tokens[open]?.[0] === TokenType.OpenCurly;
    const close = isBlock ? closingOf(tokens, open) : open;
    const prelude = tokens
      .slice(at, open)
      .filter(([type]) => type !== TokenType.CDO && type !== TokenType.CDC);
    // A block that nobody closes is nothing to guess about.
    if (isBlock && close < tokens.length) text += ruleOf(prelude, tokens.slice(open + 1, close), depth);
    at = close + 1;
  }
  return text;
}

function ruleOf(prelude: readonly CSSToken[], block: readonly CSSToken[], depth: number): string {
  const start = prelude.findIndex(([type]) => type !== TokenType.Whitespace && type !== TokenType.Comment);
  const first = prelude[start];
  if (!first) return "";
  if (first[0] !== TokenType.AtKeyword) {
    const [selector, body] = [writeTokens(prelude, true), declarationsOf(block)];
    return selector === undefined || body === "" ? "" : `${selector}{${body}}`;
  }
  const name = first[4].value.toLowerCase();
  const condition = writeTokens(prelude.slice(start + 1), true);
  if (!GROUPS.has(name) || condition === undefined) return "";
  const body = rulesOf(block, depth + 1);
  return body === "" ? "" : `@${name} ${condition}{${body}}`;
}

/** Of which only a name of letters, a colon and a value are taken; nested rules are left out. */
function declarationsOf(tokens: readonly CSSToken[]): string {
  const written: string[] = [];
  let depth = 0;
  let piece: CSSToken[] = [];
  const finish = () => {
    const text = declarationOf(piece);
    if (text !== undefined) written.push(text);
    piece = [];
  };
  for (const token of tokens) {
    depth = Math.max(0, depth + opening(token));
    if (depth === 0 && token[0] === TokenType.Semicolon) finish();
    else piece.push(token);
  }
  finish();
  return written.join(";");
}

const PROPERTY = /^(?:--[a-z][a-z0-9-]*|(?:-webkit-)?[a-z][a-z-]*)$/i;
/** They run what they name, in browsers of long ago. */
const ACTIVE: ReadonlySet<string> = new Set(["behavior", "binding"]);

function declarationOf(tokens: readonly CSSToken[]): string | undefined {
  const solid = tokens.filter(([type]) => type !== TokenType.Comment);
  const start = solid.findIndex(([type]) => type !== TokenType.Whitespace);
  const name = solid[start];
  const colon = solid.findIndex(([type], at) => at > start && type !== TokenType.Whitespace);
  if (name?.[0] !== TokenType.Ident || solid[colon]?.[0] !== TokenType.Colon) return undefined;
  const property = name[4].value;
  if (!PROPERTY.test(property) || ACTIVE.has(property.toLowerCase())) return undefined;
  const value = writeTokens(solid.slice(colon + 1));
  return value === undefined || value === "" ? undefined : `${property}:${value}`;
}

/** Where the block or the semicolon stands that ends what begins here. */
function endOfPrelude(tokens: readonly CSSToken[], from: number): number {
  let depth = 0;
  let isAtRule = false;
  for (let at = from; at < tokens.length; at += 1) {
    const token = tokens[at] as CSSToken;
    isAtRule ||= token[0] === TokenType.AtKeyword;
    if (depth === 0 && token[0] === TokenType.OpenCurly) return at;
    if (depth === 0 && token[0] === TokenType.Semicolon && isAtRule) return at;
    depth = Math.max(0, depth + opening(token));
  }
  return tokens.length;
}

function closingOf(tokens: readonly CSSToken[], open: number): number {
  let depth = 0;
  for (let at = open; at < tokens.length; at += 1) {
    depth += opening(tokens[at] as CSSToken);
    if (depth === 0) return at;
  }
  return tokens.length;
}
