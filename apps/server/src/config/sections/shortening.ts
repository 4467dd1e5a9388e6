import {
  isOperationParameter,
  normalizePath,
  OPERATIONS,
  type QueryPair,
  RESERVED_PARAMETERS,
  readQuery,
  readTransformation,
  type Shortening,
} from "@freshet/core";
import { nearest, type Schema, type ValueOf } from "../shape.ts";

const parameters = (description: string) =>
  ({
    type: "string",
    title: 'parameters as in a URL, such as "w=400&q=80"',
    description,
    pattern: "^[^\\s#]+$",
    minLength: 1,
    maxLength: 2_000,
  }) as const satisfies Schema;

/** Parameters that a project writes down once instead of in every URL. */
export const SHORTENING_SETTINGS = {
  presets: {
    type: "object",
    description:
      "Parameters by name; p=<name> in a URL, a rule or defaults calls them. What a preset sets, no URL overrides, unless it is sealed.",
    maxProperties: 1_000,
    propertyNames: {
      title: 'a name such as "small": letters, digits, ".", "_" and "-", at most 100',
      pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$",
    },
    additionalProperties: parameters("Parameters of the preset, with ci_cache where wanted."),
  },
  rules: {
    type: "array",
    description:
      "Parameters for every URL whose path contains a text. A URL overrides them; of several rules that match the later one is stronger.",
    maxItems: 200,
    items: {
      type: "object",
      additionalProperties: false,
      required: ["match", "parameters"],
      properties: {
        match: {
          type: "string",
          title: 'a part of the path behind /v7/, such as "_media_/teasers/"',
          description:
            "Part of the path as URLs write it: behind /v7/, without a slash before it, with the alias and without the prefix; letters count as they are written.",
          pattern: "^[^\\s?#]+$",
          minLength: 1,
          maxLength: 500,
        },
        parameters: parameters("Parameters for these URLs; p=<name> and ci_cache may be among them."),
      },
    },
  },
  defaults: parameters(
    "Parameters for every URL that says nothing else; p=<name> and ci_cache may be among them.",
  ),
} as const satisfies Readonly<Record<string, Schema>>;

type Section = ValueOf<{
  readonly type: "object";
  readonly additionalProperties: false;
  readonly properties: typeof SHORTENING_SETTINGS;
}>;

/** Completes the section and reports what a schema cannot see in it; undefined where a project writes nothing of it. */
export function readShortening(
  { presets = {}, rules = [], defaults }: Section,
  place: string,
  report: (sentence: string) => void,
): Shortening | undefined {
  const names = Object.keys(presets);
  const check = (text: string, where: string, mayCall: boolean) => {
    for (const fault of faultsOf(readQuery(text), mayCall ? names : undefined)) report(`${where} ${fault}`);
  };
  for (const [name, text] of Object.entries(presets)) check(text, `${place}.presets.${name}`, false);
  for (const [at, rule] of rules.entries()) check(rule.parameters, `${place}.rules[${at}].parameters`, true);
  if (defaults !== undefined) check(defaults, `${place}.defaults`, true);
  if (names.length === 0 && rules.length === 0 && defaults === undefined) return undefined;
  return {
    presets,
    rules: rules.map(({ match, parameters }) => ({ match: normalizePath(match), parameters })),
    defaults: defaults ?? "",
  };
}

const KNOWN = [...OPERATIONS.flatMap(({ parameters }) => Object.keys(parameters)), "ci_cache", "p"];

function faultsOf(pairs: readonly QueryPair[], presets: readonly string[] | undefined): readonly string[] {
  if (pairs.length === 0) return ["holds no parameter; write some as in a URL."];
  return pairs.flatMap((pair) => {
    const { name, value } = pair;
    if (isOperationParameter(name)) {
      return readTransformation([pair]).remarks.map(
        ({ expected }) => `gives ${name} the value ${JSON.stringify(value)}; write ${expected}.`,
      );
    }
    if (name === "ci_cache") {
      return /^\d{1,9}$/.test(value)
        ? []
        : [`gives ci_cache the value ${JSON.stringify(value)}; write a whole number of seconds.`];
    }
    if (name === "p" && presets !== undefined) {
      return presets.includes(value)
        ? []
        : [`calls the preset ${JSON.stringify(value)}, which is not among presets; add it there.`];
    }
    if (name === "p") return ["calls another preset; write its parameters out."];
    if (RESERVED_PARAMETERS.includes(name))
      return [`has the parameter ${name}, which has no effect yet; remove it.`];
    const known = presets === undefined ? KNOWN.slice(0, -1) : KNOWN;
    return [
      `has the parameter ${JSON.stringify(name)}, which cannot be used here; the nearest one is "${nearest(name, known)}".`,
    ];
  });
}
