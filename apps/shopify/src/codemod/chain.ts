import {
  type LiquidArgument,
  type LiquidFilter,
  type LiquidNamedArgument,
  type LiquidVariable,
  NodeTypes,
} from "@shopify/liquid-html-parser";
import {
  PICTURE_FILTERS,
  PICTURE_NAME,
  TAG_ARGUMENTS,
  URL_ARGUMENTS,
  URL_FILTERS,
  type UrlFilter,
} from "./filters.ts";
import type { Refusal } from "./refusal.ts";
import { refusedTail } from "./tail.ts";

/** A chain of filters that prints a picture or its address, in pieces of the source. */
export interface Chain {
  /** What the address is made of: an expression, or one with filters. */
  readonly subject: string;
  /** Whether `subject` may stand as an argument as it is. */
  readonly isSimple: boolean;
  /** The filter that makes an address of a file's name; undefined for a picture. */
  readonly fileFilter: "asset_url" | "file_url" | undefined;
  /** Arguments of the snippet, in their order. */
  readonly parameters: readonly (readonly [name: string, value: string])[];
  /** An img element instead of the address. */
  readonly isTag: boolean;
  /** Attributes that the snippet does not know by name. */
  readonly attributes: readonly (readonly [name: string, value: string])[];
  /** Filters behind it, with the bar before each; "" for none. */
  readonly tail: string;
}

export const isRefusal = (result: object): result is Refusal => "code" in result;

/** Reads a chain; undefined if it is no picture's, a reason if it is one that has to stay as it is. */
export function readChain(variable: LiquidVariable, source: string): Chain | Refusal | undefined {
  const { filters } = variable;
  const at = filters.findIndex(({ name }) => Object.hasOwn(URL_FILTERS, name));
  const filter = filters[at];
  const kind = filter && URL_FILTERS[filter.name];
  if (!filter || !kind) {
    const tag = filters.find(({ name }) => PICTURE_FILTERS.has(name));
    return tag && { code: "PICTURE_ELSEWHERE", detail: tag.name };
  }
  const before = filters.slice(0, at);
  const [next, ...rest] = filters.slice(at + 1);
  const tag = next && (next.name === "image_tag" || next.name === "img_tag") ? next : undefined;
  if (kind.size === "none" && !tag) {
    const names = namesPicture(variable, before);
    if (names === "no" || /^(?:stylesheet|script|inline_asset)/.test(next?.name ?? "")) return undefined;
    if (names === "unknown") return { code: "PICTURE_UNKNOWN", detail: filter.name };
  }

  const size = readUrlArguments(filter, kind, source);
  if ("code" in size) return size;
  const attributes = tag ? readTagArguments(tag, source) : NO_ATTRIBUTES;
  if ("code" in attributes) return attributes;
  const tail = tag ? rest : filters.slice(at + 1);
  const refused = refusedTail(tail, tag !== undefined);
  if (refused) return refused;

  const end = before.at(-1)?.position.end ?? variable.expression.position.end;
  const { type } = variable.expression;
  const isAlone = before.length === 0 && (type === NodeTypes.VariableLookup || type === NodeTypes.String);
  const scheme = tag ? undefined : addedScheme(tail[0]);
  const kept = tail.slice(scheme ? 1 : 0);
  const [first, last] = [kept[0], kept.at(-1)];
  return {
    subject: source.slice(variable.expression.position.start, end).trim(),
    isSimple: isAlone && kind.origin === "image",
    fileFilter: kind.origin === "image" ? undefined : kind.origin === "asset" ? "asset_url" : "file_url",
    parameters: [
      ...size.parameters,
      ...attributes.parameters,
      ...(scheme ? [["scheme", scheme] as const] : []),
    ],
    isTag: tag !== undefined,
    attributes: attributes.others,
    tail: first && last ? source.slice(first.position.start, last.position.end).trim() : "",
  };
}

type Pairs = readonly (readonly [name: string, value: string])[];

const NO_ATTRIBUTES = { parameters: [] as Pairs, others: [] as Pairs };

/** Delivery URLs are absolute, Shopify's addresses are not: a scheme that is put before them is for those alone. */
function addedScheme(filter: LiquidFilter | undefined): string | undefined {
  const text = filter?.name === "prepend" ? filter.args[0] : undefined;
  return text?.type === NodeTypes.String && /^https?:$/.test(text.value) ? `'${text.value}'` : undefined;
}

/** By the ending of the name: of a text, or of what is put behind it last. */
function namesPicture(
  { expression }: LiquidVariable,
  before: readonly LiquidFilter[],
): "yes" | "no" | "unknown" {
  const last = before.at(-1);
  const text = last ? (last.name === "append" ? last.args[0] : undefined) : expression;
  if (text?.type !== NodeTypes.String || !/\.\w+$/.test(text.value)) return "unknown";
  return PICTURE_NAME.test(text.value) ? "yes" : "no";
}

const isNamed = (argument: LiquidArgument): argument is LiquidNamedArgument =>
  argument.type === NodeTypes.NamedArgument;

const textOf = ({ position }: LiquidArgument, source: string) =>
  source.slice(position.start, position.end).trim();

function readUrlArguments(
  { name: filter, args }: LiquidFilter,
  kind: UrlFilter,
  source: string,
): { readonly parameters: Pairs } | Refusal {
  const places = args.filter((each) => !isNamed(each));
  if (places.length > (kind.size === "text" ? 1 : 0))
    return {
      code: "ARGUMENT_UNKNOWN",
      detail: `${filter}: ${places.map((each) => textOf(each, source)).join(", ")}`,
    };
  const parameters: (readonly [string, string])[] = [];
  // Without a size these give a small picture.
  if (kind.size === "text") parameters.push(["img_size", places[0] ? textOf(places[0], source) : "'small'"]);
  for (const { name, value } of args.filter(isNamed)) {
    if (!URL_ARGUMENTS.has(name)) return { code: "ARGUMENT_UNKNOWN", detail: `${filter}: ${name}` };
    parameters.push([name, textOf(value, source)]);
  }
  return { parameters };
}

function readTagArguments(
  { name: filter, args }: LiquidFilter,
  source: string,
): { readonly parameters: Pairs; readonly others: Pairs } | Refusal {
  const parameters: (readonly [string, string])[] = [];
  const others: (readonly [string, string])[] = [];
  // img_tag takes alt, class and size by their places; it never wrote a srcset.
  const places = filter === "img_tag" ? ["alt", "class"] : [];
  if (filter === "img_tag") parameters.push(["widths", "'none'"]);
  for (const argument of args) {
    if (!isNamed(argument)) {
      const name = places.shift();
      if (name === undefined)
        return { code: "ARGUMENT_UNKNOWN", detail: `${filter}: ${textOf(argument, source)}` };
      parameters.push([name, textOf(argument, source)]);
      continue;
    }
    const value = textOf(argument.value, source);
    const isNothing = /^(?:nil|null|false|blank|empty)$/.test(value);
    const known = Object.hasOwn(TAG_ARGUMENTS, argument.name) ? TAG_ARGUMENTS[argument.name] : undefined;
    if (argument.name === "srcset" && isNothing) parameters.push(["widths", "'none'"]);
    else if (argument.name === "srcset" || argument.name === "src" || !/^[a-z][\w-]*$/i.test(argument.name))
      return { code: "ARGUMENT_UNKNOWN", detail: `${filter}: ${argument.name}` };
    else if (known?.startsWith("img_") && isNothing) parameters.push([known, "0"]);
    else if (known) parameters.push([known, value]);
    else others.push([argument.name, value]);
  }
  return { parameters, others };
}
