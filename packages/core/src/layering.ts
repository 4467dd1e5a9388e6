import { flag } from "./codecs/number.ts";
import { isProxied, PROXIED } from "./effective-transformation.ts";
import type { Transformation } from "./operations/index.ts";
import { layer, listParameters, type Remark, readTransformation } from "./transformation.ts";
import type { ParsedDeliveryUrl } from "./url/delivery-url.ts";
import { normalizePath } from "./url/percent.ts";
import { type QueryPair, readQuery } from "./url/query.ts";
import { pairsFor } from "./url/video-path.ts";

/** Parameters that a project has written down, each as the text of a query. */
export interface Shortening {
  /** By name; `p` calls one of them. */
  readonly presets: Readonly<Record<string, string>>;
  /** For every URL whose path contains the text; of several the later one is stronger. */
  readonly rules: readonly { readonly match: string; readonly parameters: string }[];
  /** For every URL. */
  readonly defaults: string;
}

/** Where values come from, strongest first. */
export const LAYERS = ["sealed", "preset", "url", "rule", "default"] as const;

export type LayerName = (typeof LAYERS)[number];

/** A value, in its canonical text, and who gave it. */
export interface GivenValue {
  readonly value: string;
  readonly layer: LayerName;
  /** Name of the preset, or what the rule matches. */
  readonly by: string | undefined;
}

/** The value of a parameter that counts, and those it won over, strongest first. */
export interface EffectiveValue extends GivenValue {
  readonly name: string;
  readonly overrides: readonly GivenValue[];
}

/** What is asked of an image once the project has had its say. */
export interface LayeredParameters {
  readonly transformation: Transformation;
  /** `ci_cache`. */
  readonly cacheSeconds: number | undefined;
  /** `force_download`. */
  readonly download: boolean;
  /** The preset in force. */
  readonly preset: string | undefined;
  /** A preset or a rule takes part, so that a change of settings may change the picture. */
  readonly bySettings: boolean;
  /** Every value, those of operations in the table's order; then `p`, `ci_cache`, `force_download` and `vh`. */
  readonly values: readonly EffectiveValue[];
  readonly remarks: readonly Remark[];
}

interface Layer {
  readonly layer: LayerName;
  readonly by: string | undefined;
  readonly transformation: Transformation;
  readonly controls: ReadonlyMap<string, string>;
  readonly remarks: readonly Remark[];
}

/** Control parameters that take part in layering. */
const CONTROLS = ["p", "ci_cache", "force_download", "vh"] as const;

/**
 * Puts what a URL asks for together with what its project says: parameter by parameter the strongest layer counts, sealed before
 * preset before URL before rule before default. One preset is in force, named by the strongest layer that names one. What cannot
 * be read counts as not written. `func=proxy` leaves nothing of its own layer and weaker ones, and gives way to whatever a stronger one
 * asks of the picture: a watermark that is sealed stays. Never throws.
 */
export function layerParameters(url: ParsedDeliveryUrl, shortening: Shortening): LayeredParameters {
  const path = normalizePath(url.original);
  const isPreset = (name: string) => Object.hasOwn(shortening.presets, name);
  const read = (layer: LayerName, pairs: readonly QueryPair[], by?: string): Layer => ({
    ...{ layer, by },
    transformation: readTransformation(pairsFor(url.original, pairs)).transformation,
    ...readControls(pairs, isPreset),
  });
  const rules = shortening.rules.filter(({ match }) => path.includes(match)).toReversed();
  const sealed = read("sealed", url.sealed);
  const others = [
    read("url", url.open),
    ...rules.map(({ match, parameters }) => read("rule", readQuery(parameters), match)),
    read("default", readQuery(shortening.defaults)),
  ];
  const preset = [sealed, ...others]
    .map(({ controls }) => controls.get("p"))
    .find((name) => name !== undefined);
  const { layers, remarks } = settleProxy([
    sealed,
    ...(preset === undefined ? [] : [read("preset", readQuery(shortening.presets[preset] ?? ""), preset)]),
    ...others,
  ]);
  const transformation = layer(...layers.map((each) => each.transformation));
  const values = rank(transformation, layers);
  const seconds = values.find(({ name }) => name === "ci_cache")?.value;
  return {
    transformation,
    cacheSeconds: seconds === undefined ? undefined : Number(seconds),
    download: values.some(({ name, value }) => name === "force_download" && value === "1"),
    preset,
    bySettings: preset !== undefined || rules.length > 0,
    values,
    remarks: [...url.remarks, ...layers.flatMap(({ remarks }) => remarks), ...remarks],
  };
}

/** Of what is written twice the last readable one counts, as among operations. */
function readControls(pairs: readonly QueryPair[], isPreset: (name: string) => boolean) {
  const controls = new Map<string, string>();
  const remarks: Remark[] = [];
  for (const { name, value: text } of pairs) {
    if (name === "vh" && text !== "") controls.set(name, text);
    if (name === "force_download") controls.set(name, flag.format(flag.parse(text) ?? false));
    if (name === "p" && isPreset(text)) controls.set(name, text);
    else if (name === "p") remarks.push({ parameter: name, text, expected: "the name of a preset" });
    if (name === "ci_cache" && /^\d{1,9}$/.test(text)) controls.set(name, String(Number(text)));
    else if (name === "ci_cache")
      remarks.push({ parameter: name, text, expected: "a whole number of seconds" });
  }
  return { controls, remarks };
}

function rank(whole: Transformation, layers: readonly Layer[]): readonly EffectiveValue[] {
  const texts = layers.map(({ layer, by, transformation, controls }) => {
    const operations = listParameters(transformation).map(({ name, value }) => [name, value] as const);
    return { layer, by, values: new Map([...operations, ...controls]) };
  });
  return [...listParameters(whole).map(({ name }) => name), ...CONTROLS].flatMap((name) => {
    const [first, ...overrides] = texts.flatMap(({ values, ...given }): readonly GivenValue[] => {
      const value = values.get(name);
      return value === undefined ? [] : [{ value, ...given }];
    });
    return first ? [{ name, ...first, overrides }] : [];
  });
}

type Parameter = ReturnType<typeof listParameters>[number];
const isProxy = ({ name, value }: Parameter) => name === "func" && value === "proxy";

/** Either a file is delivered as it is, and nothing else is asked of it, or no layer says so. What the caller wrote in vain is remarked. */
function settleProxy(layers: readonly Layer[]): {
  readonly layers: readonly Layer[];
  readonly remarks: readonly Remark[];
} {
  const at = layers.findIndex(({ transformation }) => transformation.resize?.func !== undefined);
  const wins =
    isProxied(layers[at]?.transformation ?? {}) &&
    layers.slice(0, at).every(({ transformation }) => listParameters(transformation).length === 0);
  const expected = wins ? "nothing beside func=proxy" : "nothing else that a seal or a preset asks for";
  const inVain = ({ layer, transformation }: Layer) =>
    layer === "url" || layer === "sealed"
      ? listParameters(transformation).filter((each) => isProxy(each) !== wins)
      : [];
  const settle = (each: Layer, place: number) => {
    if (!wins) return withoutProxy(each.transformation);
    return place === at ? PROXIED : {};
  };
  return {
    layers: layers.map((each, place) => ({ ...each, transformation: settle(each, place) })),
    remarks: layers.flatMap(inVain).map(({ name, value }) => ({ parameter: name, text: value, expected })),
  };
}

function withoutProxy(transformation: Transformation): Transformation {
  if (!isProxied(transformation)) return transformation;
  const { func: _, ...resize } = transformation.resize ?? {};
  return { ...transformation, resize };
}
