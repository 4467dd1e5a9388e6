import { isDeepStrictEqual } from "node:util";
import type { ConfigFile } from "../config/schema.ts";
import { SETTINGS_SCHEMA } from "../config/settings-schema.ts";
import type { Schema } from "../config/shape.ts";
import type { Fault } from "./faults.ts";
import { maskSettings, pointerStep } from "./sealed.ts";

type Members = Readonly<Record<string, unknown>>;

/** What the configuration file pins of a project's settings: what it says of every project, and over it what it says of this one. */
export function pinsOf({ pinned = {} }: Pick<ConfigFile, "pinned">, name: string): Members {
  const own = Object.hasOwn(pinned, name) ? pinned[name] : {};
  return merge(SETTINGS_SCHEMA, pinned["*"] ?? {}, own) as Members;
}

/** The settings with what is pinned in its place. */
export function withPins(settings: unknown, pins: Members): unknown {
  return isMembers(settings) ? merge(SETTINGS_SCHEMA, settings, pins) : settings;
}

/** JSON pointers to each pinned setting. */
export function pinnedPointers(pins: Members): readonly string[] {
  return leavesOf(SETTINGS_SCHEMA, pins).map(({ pointer }) => pointer);
}

/** The settings without what is pinned: that is the file's, and stays the file's when somebody sends back what was shown. */
export function withoutPins(
  settings: unknown,
  pins: Members,
): { readonly settings: unknown; readonly faults: readonly Fault[] } {
  const shown = maskSettings(SETTINGS_SCHEMA, pins);
  const faults: Fault[] = [];
  let rest = settings;
  for (const { pointer, path } of leavesOf(SETTINGS_SCHEMA, pins)) {
    const sent = at(settings, path);
    if (sent === undefined) continue;
    if (isDeepStrictEqual(sent, at(pins, path)) || isDeepStrictEqual(sent, at(shown, path)))
      rest = without(rest, path);
    else
      faults.push({
        pointer,
        sentence: `${path.join(".")} is pinned by the configuration file; change it there.`,
      });
  }
  return { settings: rest, faults };
}

/** Objects whose members are settings of their own; what stands for something as a whole, such as an alias's place, is none. */
function innerOf(schema: Schema, key: string): Schema | undefined {
  if ("propertyNames" in schema) return schema.additionalProperties;
  return "properties" in schema && Object.hasOwn(schema.properties, key) ? schema.properties[key] : undefined;
}

const isNested = (schema: Schema | undefined): schema is Schema =>
  schema !== undefined && "type" in schema && schema.type === "object";

function merge(schema: Schema | undefined, under: unknown, over: unknown): unknown {
  if (!isNested(schema) || !isMembers(under) || !isMembers(over)) return over;
  const merged = Object.entries(over).map(([key, each]) => {
    const before = Object.hasOwn(under, key) ? under[key] : undefined;
    return [key, before === undefined ? each : merge(innerOf(schema, key), before, each)] as const;
  });
  return { ...under, ...Object.fromEntries(merged) };
}

interface Leaf {
  readonly pointer: string;
  readonly path: readonly string[];
}

function leavesOf(schema: Schema, value: unknown, path: readonly string[] = []): readonly Leaf[] {
  const pointer = path.map(pointerStep).join("");
  if (!isNested(schema) || !isMembers(value)) return [{ pointer, path }];
  return Object.entries(value).flatMap(([key, each]) =>
    leavesOf(innerOf(schema, key) ?? { type: "boolean" }, each, [...path, key]),
  );
}

function at(value: unknown, [key, ...rest]: readonly string[]): unknown {
  if (key === undefined) return value;
  return isMembers(value) && Object.hasOwn(value, key) ? at(value[key], rest) : undefined;
}

/** Nothing that is only there because something was in it stays behind. */
function without(value: unknown, [key, ...rest]: readonly string[]): unknown {
  if (key === undefined || !isMembers(value)) return value;
  const { [key]: inner, ...others } = value;
  const left = rest.length === 0 ? {} : without(inner, rest);
  return isMembers(left) && Object.keys(left).length === 0 ? others : { ...value, [key]: left };
}

function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
