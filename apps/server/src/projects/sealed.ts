import { hash } from "node:crypto";
import { fittingOf, type Schema } from "../config/shape.ts";
import { SealError, type SealedBox } from "../secrets/sealed-box.ts";
import { destinationsOf } from "./destinations.ts";
import type { Fault } from "./faults.ts";

/** What seals secrets; `place` is the project that they belong to. */
export type SecretBox = Pick<SealedBox, "seal" | "open" | "isOld">;

/** What stands for a secret at rest. */
interface Sealed {
  readonly $sealed: string;
}

const STARS = "********";

/**
 * Settings as they are kept: each secret sealed. A mask keeps the secret it stands for, if that was at the same place before, list
 * positions aside. Masks that stand for nothing are left as they are: `masksIn` finds them.
 */
export function sealSettings(
  schema: Schema,
  {
    settings,
    before,
    project,
  }: { readonly settings: unknown; readonly before: unknown; readonly project: string },
  box: SecretBox,
): unknown {
  const known = secretsIn(schema, before);
  return mapSecrets(schema, settings, (secret, place) => {
    if (typeof secret !== "string") return secret;
    const kept = known.get(`${place} ${secret}`)?.secret;
    if (kept) return renewed(kept, project, box);
    return isMask(secret) ? secret : { $sealed: box.seal(secret, project) };
  });
}

/** Masks whose secrets would be sent to somewhere else than before. */
export function movedIn(
  schema: Schema,
  { settings, before }: { readonly settings: unknown; readonly before: unknown },
): readonly Fault[] {
  const found: Fault[] = [];
  const known = secretsIn(schema, before);
  const [now, then] = [settings, before].map((each) => mapSecrets(schema, each, () => undefined));
  mapSecrets(schema, settings, (secret, place, pointer) => {
    const kept = typeof secret === "string" ? known.get(`${place} ${secret}`) : undefined;
    if (!kept) return secret;
    const old = destinationsOf(then, kept.pointer);
    if (destinationsOf(now, pointer).some((each) => !old.includes(each)))
      found.push({ pointer, sentence: "Write the secret again: where it is sent to has changed." });
    return secret;
  });
  return found;
}

/** Secrets that are kept, by their places and masks. */
function secretsIn(schema: Schema, kept: unknown) {
  const found = new Map<string, { readonly secret: Sealed; readonly pointer: string }>();
  mapSecrets(schema, kept, (secret, place, pointer) => {
    if (isSealed(secret)) found.set(`${place} ${maskOf(secret)}`, { secret, pointer });
    return secret;
  });
  return found;
}

/** The same secret under the newest key, so that an older one is let go by putting settings again. What cannot be opened stays. */
function renewed(kept: Sealed, project: string, box: SecretBox): Sealed {
  if (!box.isOld(kept.$sealed)) return kept;
  try {
    return { $sealed: box.seal(box.open(kept.$sealed, project), project) };
  } catch (error) {
    if (error instanceof SealError) return kept;
    throw error;
  }
}

/** Places of masks that stand for no secret, as JSON pointers. */
export function masksIn(schema: Schema, settings: unknown): readonly string[] {
  const found: string[] = [];
  mapSecrets(schema, settings, (secret, _place, pointer) => {
    if (typeof secret === "string" && isMask(secret)) found.push(pointer);
    return secret;
  });
  return found;
}

/** Secrets that cannot be opened here, with what is to be done about each: their key is gone, or they were damaged. */
export function closedIn(
  schema: Schema,
  settings: unknown,
  project: string,
  box: SecretBox,
): readonly Fault[] {
  const found: Fault[] = [];
  mapSecrets(schema, settings, (secret, _place, pointer) => {
    try {
      if (isSealed(secret)) box.open(secret.$sealed, project);
    } catch (error) {
      if (!(error instanceof SealError)) throw error;
      found.push({ pointer, sentence: error.message });
    }
    return secret;
  });
  return found;
}

/** Settings with their secrets, for this process alone. */
export function openSettings(schema: Schema, settings: unknown, project: string, box: SecretBox): unknown {
  return mapSecrets(schema, settings, (secret) =>
    isSealed(secret) ? box.open(secret.$sealed, project) : secret,
  );
}

/** Settings as the API shows them. Masks say which secret is meant and nothing about it: they come from its sealed form. */
export function maskSettings(schema: Schema, settings: unknown): unknown {
  return mapSecrets(schema, settings, (secret) => (isSealed(secret) ? maskOf(secret) : STARS));
}

const maskOf = ({ $sealed }: Sealed) => STARS + hash("sha256", $sealed).slice(0, 8);
const isMask = (text: string) => /^\*{8}([0-9a-f]{8})?$/.test(text);

function isSealed(value: unknown): value is Sealed {
  return typeof value === "object" && value !== null && typeof Reflect.get(value, "$sealed") === "string";
}

type Visit = (secret: unknown, place: string, pointer: string) => unknown;

/** Replaces what stands where the schema has secrets; `place` names list positions alike. */
function mapSecrets(schema: Schema, value: unknown, visit: Visit, place = "", pointer = place): unknown {
  if ("anyOf" in schema) {
    const fitting = isSealed(value) ? schema.anyOf.find(isSecret) : fittingOf(schema.anyOf, value);
    return fitting ? mapSecrets(fitting, value, visit, place, pointer) : value;
  }
  if (isSecret(schema)) {
    return typeof value === "string" || isSealed(value) ? visit(value, place, pointer) : value;
  }
  if ("items" in schema && Array.isArray(value)) {
    return value.map((each, at) => mapSecrets(schema.items, each, visit, `${place}/*`, `${pointer}/${at}`));
  }
  if (schema.type !== "object" || !isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => {
      const inner = innerOf(schema, key);
      const step = pointerStep(key);
      return [key, inner ? mapSecrets(inner, each, visit, `${place}${step}`, `${pointer}${step}`) : each];
    }),
  );
}

function innerOf(schema: Extract<Schema, { type: "object" }>, key: string): Schema | undefined {
  if ("propertyNames" in schema) return schema.additionalProperties;
  return Object.hasOwn(schema.properties, key) ? schema.properties[key] : undefined;
}

const isSecret = (schema: Schema) => "writeOnly" in schema && schema.writeOnly === true;

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** One step of a JSON pointer (RFC 6901). */
export function pointerStep(key: string): string {
  return `/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}
