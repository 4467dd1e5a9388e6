import type { Parameter } from "./codec.ts";
import { effectiveTransformation } from "./effective-transformation.ts";
import { FILTERS, OPERATIONS, type OperationName, type Transformation } from "./operations/index.ts";
import { COMPOUND, expandCompound } from "./url/compound.ts";
import { percentEncode } from "./url/percent.ts";
import type { QueryPair } from "./url/query.ts";

/** A parameter that was asked for and not followed: what was written and what should have been. */
export interface Remark {
  readonly parameter: string;
  readonly text: string;
  readonly expected: string;
}

type Values = Readonly<Record<string, unknown>>;

interface Entry {
  readonly operation: OperationName;
  readonly name: string;
  readonly parameter: Parameter<unknown>;
}

const ENTRIES: readonly Entry[] = OPERATIONS.flatMap((operation) =>
  Object.entries<Parameter<unknown>>(operation.parameters).map(([name, parameter]) => ({
    operation: operation.name,
    name,
    parameter,
  })),
);

const BY_WIRE_NAME: ReadonlyMap<string, Entry> = new Map(
  ENTRIES.flatMap((entry) => [entry.name, ...entry.parameter.aliases].map((name) => [name, entry] as const)),
);

const FILTER_NAMES: ReadonlySet<OperationName> = new Set(FILTERS.map(({ name }) => name));

function isFilter(wireName: string): boolean {
  const entry = BY_WIRE_NAME.get(wireName);
  return entry !== undefined && FILTER_NAMES.has(entry.operation);
}

/** Whether a query parameter of this name belongs to an operation, under its own name or an alias, or is the compound `f`. */
export function isOperationParameter(wireName: string): boolean {
  return BY_WIRE_NAME.has(wireName) || wireName === COMPOUND;
}

/**
 * Reads what is asked of an image. Never throws: what cannot be read is left out and remarked. Of duplicates, under
 * whichever name, the last readable one counts; `f` counts as the filters it names, at its place. Parameters of nobody are
 * skipped in silence.
 */
export function readTransformation(pairs: readonly QueryPair[]): {
  readonly transformation: Transformation;
  readonly remarks: readonly Remark[];
} {
  const values = new Map<Entry, unknown>();
  const remarks: Remark[] = [];
  const single = pairs.flatMap((pair) => {
    if (pair.name !== COMPOUND) return [pair];
    const compound = expandCompound(pair, isFilter);
    remarks.push(...compound.remarks);
    return compound.pairs;
  });
  for (const { name, value: text } of single) {
    const entry = BY_WIRE_NAME.get(name);
    if (!entry) continue;
    const value = entry.parameter.parse(text);
    if (value === undefined) remarks.push({ parameter: name, text, expected: entry.parameter.expected });
    else values.set(entry, value);
  }
  return { transformation: assemble((entry) => values.get(entry)), remarks };
}

/**
 * Canonical query text, without `?`: canonical names in the table's order, every value in its one spelling, nothing
 * that asks for nothing (`dpr=1`, `org_if_sml=0`). Empty for an empty transformation.
 *
 * @example writeTransformation({ resize: { w: 400, func: "fit" } }) // "w=400&func=fit"
 */
export function writeTransformation(transformation: Transformation): string {
  return ENTRIES.flatMap((entry) => {
    const text = canonicalValue(entry, valueIn(transformation, entry));
    return text === undefined ? [] : `${entry.name}=${escapeValue(text)}`;
  }).join("&");
}

/**
 * The text of a transformation in variant keys: equal texts promise equal pixels. It is written from
 * `effectiveTransformation`, and without `force_format`: the format that was chosen is its own part of the key.
 */
export function canonicalTransformation(transformation: Transformation): string {
  const { force_format, ...encode } = transformation.encode ?? {};
  return writeTransformation(effectiveTransformation({ ...transformation, encode }));
}

/** Layers transformations parameter by parameter: of several values for one parameter the first transformation's stands. */
export function layer(...strongestFirst: readonly Transformation[]): Transformation {
  return assemble((entry) => {
    for (const transformation of strongestFirst) {
      const value = valueIn(transformation, entry);
      if (value !== undefined) return value;
    }
    return undefined;
  });
}

/** Every value that a transformation holds, under its canonical name and in its one spelling; also those that ask for nothing. */
export function listParameters(
  transformation: Transformation,
): readonly { readonly name: string; readonly value: string }[] {
  return ENTRIES.flatMap((entry) => {
    const value = valueIn(transformation, entry);
    return value === undefined ? [] : [{ name: entry.name, value: entry.parameter.format(value) }];
  });
}

/** Whether a transformation changes nothing about an image: neither pixels nor format nor quality. */
export function isEmptyTransformation(transformation: Transformation): boolean {
  return writeTransformation(effectiveTransformation(transformation)) === "";
}

function valueIn(transformation: Transformation, entry: Entry): unknown {
  const values: Values | undefined = transformation[entry.operation];
  return values?.[entry.name];
}

function assemble(pick: (entry: Entry) => unknown): Transformation {
  const transformation: Partial<Record<OperationName, Record<string, unknown>>> = {};
  for (const entry of ENTRIES) {
    const value = pick(entry);
    if (value === undefined) continue;
    transformation[entry.operation] ??= {};
    Object.assign(transformation[entry.operation] ?? {}, { [entry.name]: value });
  }
  return transformation;
}

/** Through the codec and back, so that values which callers made by hand take their one spelling too. */
function canonicalValue({ parameter }: Entry, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const read = parameter.parse(parameter.format(value));
  const text = read === undefined ? undefined : parameter.format(read);
  return text === parameter.neutral ? undefined : text;
}

const escapeValue = (text: string) =>
  percentEncode(text).replace(/%(2C|3A)/g, (triplet) => (triplet === "%2C" ? "," : ":"));
