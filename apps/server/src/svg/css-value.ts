import { type CSSToken, TokenType, tokenizer } from "@csstools/css-tokenizer";
import { SvgFault } from "./parse.ts";
import { shortColor, shortLength } from "./short-value.ts";

/** Functions that compute, colour, move or filter: none of them loads anything. */
const FUNCTIONS: ReadonlySet<string> = new Set(
  `rgb rgba hsl hsla hwb lab lch oklab oklch color color-mix calc min max clamp var translate translatex translatey
  translatez translate3d scale scalex scaley scalez rotate rotatex rotatey rotatez skew skewx skewy matrix matrix3d
  perspective cubic-bezier steps linear blur brightness contrast drop-shadow grayscale hue-rotate invert opacity
  saturate sepia circle ellipse polygon inset path`.split(/\s+/),
);

const SELECTORS = /^(?:not|is|where|has|lang|dir|selector|nth-[a-z-]{1,20})$/;

/** How many tokens of CSS a drawing has left: its cost grows with them, and nothing else is done meanwhile. */
export interface Budget {
  tokens: number;
}

/** @throws SvgFault when the budget is spent. */
export function tokensOf(css: string, budget: Budget): CSSToken[] {
  const reader = tokenizer({ css });
  const tokens: CSSToken[] = [];
  while (!reader.endOfFile()) {
    budget.tokens -= 1;
    if (budget.tokens < 0) throw new SvgFault("too much CSS");
    const token = reader.nextToken();
    if (token[0] !== TokenType.EOF) tokens.push(token);
  }
  return tokens;
}

/** How far a token opens (1) or closes (-1) a bracket. */
export function opening([type]: CSSToken): number {
  if (type === TokenType.Function || type === TokenType.OpenParen) return 1;
  if (type === TokenType.OpenSquare || type === TokenType.OpenCurly) return 1;
  const closes = [TokenType.CloseParen, TokenType.CloseSquare, TokenType.CloseCurly] as readonly string[];
  return closes.includes(type) ? -1 : 0;
}

/**
 * Writes the tokens of a value (or, `inSelector`, of what stands before a block) anew; undefined where one of them could load something, or
 * is not what it seems. Only `url(#…)` is left of all addresses.
 */
export function writeTokens(tokens: readonly CSSToken[], inSelector = false): string | undefined {
  let depth = 0;
  let text = "";
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at] as CSSToken;
    const [type, raw] = token;
    depth += opening(token);
    if (depth < 0 || FORBIDDEN.has(type)) return undefined;
    if (type === TokenType.Comment || type === TokenType.Whitespace) text += text.endsWith(" ") ? "" : " ";
    else if (type === TokenType.String) text += quoted(token[4].value);
    else if (type === TokenType.URL) {
      if (inSelector || !isLocal(token[4].value)) return undefined;
      text += address(token[4].value);
    } else if (type === TokenType.Function) {
      const name = token[4].value.toLowerCase();
      if (name === "url" && !inSelector) {
        const local = localArgument(tokens, at + 1);
        if (!local) return undefined;
        text += address(local.value);
        at = local.end;
        depth -= 1;
      } else if (raw.includes("\\") || !(inSelector ? SELECTORS.test(name) : FUNCTIONS.has(name))) {
        return undefined;
      } else text += raw;
    } else if (raw.includes("\\") && !inSelector) return undefined;
    else if (inSelector) text += raw;
    // Two numbers that touch would be read as one once they are shorter.
    else text += NUMERIC.has(type) && /[\d.]$/.test(text) ? ` ${shortToken(token)}` : shortToken(token);
  }
  return depth === 0 ? text.trim() : undefined;
}

const NUMERIC: ReadonlySet<string> = new Set([TokenType.Number, TokenType.Percentage, TokenType.Dimension]);

/** A number or a colour of a value in fewer characters, everything else as it was. */
function shortToken([type, raw]: CSSToken): string {
  if (type === TokenType.Hash) return shortColor(raw) ?? raw;
  return NUMERIC.has(type) ? (shortLength(raw) ?? raw) : raw;
}

const FORBIDDEN: ReadonlySet<string> = new Set([
  TokenType.BadURL,
  TokenType.BadString,
  TokenType.AtKeyword,
  TokenType.OpenCurly,
  TokenType.CloseCurly,
  TokenType.CDO,
  TokenType.CDC,
]);

/** The string in `url("#…")`, and where it closes. */
function localArgument(tokens: readonly CSSToken[], from: number) {
  const rest = tokens.slice(from, from + 5).map((token, at) => ({ token, at: from + at }));
  const [first, second] = rest.filter(({ token }) => token[0] !== TokenType.Whitespace);
  if (first?.token[0] !== TokenType.String || second?.token[0] !== TokenType.CloseParen) return undefined;
  const { value } = first.token[4];
  return isLocal(value) ? { value, end: second.at } : undefined;
}

const isLocal = (value: string) => /^#[^\s\p{Cc}]+$/u.test(value);

const address = (local: string) => (/^#[\w:.-]+$/.test(local) ? `url(${local})` : `url(${quoted(local)})`);

/** Written so that neither CSS nor markup can end it early. */
function quoted(value: string): string {
  const escaped = value.replace(/["\\<>&\p{Cc}]/gu, (each) => `\\${each.codePointAt(0)?.toString(16)} `);
  return `"${escaped}"`;
}
