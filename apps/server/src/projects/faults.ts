import { ServerError } from "../errors.ts";
import { pointerStep } from "./sealed.ts";

/** Faults of one answer: whoever wrote settings by hand reads no more. */
const MOST_FAULTS = 50;

/** What is wrong with a setting, and which one it is. */
export interface Fault {
  /** JSON pointer (RFC 6901) into the settings; "" is the whole. */
  readonly pointer: string;
  readonly sentence: string;
}

/**
 * Finds the setting that a sentence of the configuration's checks is about: they begin with its place, as
 * `<base>.aliases._site_` or `<base>.hosts[0]`. A key that is not there, because it is missing, counts as far as it can be read.
 */
export function locateFault(sentence: string, base: string, settings: unknown): Fault {
  if (!sentence.startsWith(base)) return { pointer: "", sentence };
  let rest = sentence.slice(base.length);
  let value = settings;
  let pointer = "";
  for (;;) {
    const index = /^\[(\d{1,9})\]/.exec(rest);
    if (index && Array.isArray(value)) {
      rest = rest.slice(index[0].length);
      value = value[Number(index[1])];
      pointer += `/${index[1]}`;
      continue;
    }
    if (!rest.startsWith(".")) return { pointer, sentence };
    const written = rest.slice(1);
    const known = keysOf(value).find(({ shown }) => isAt(written, shown));
    const { key, shown } = known ?? wordAt(written);
    if (key === "") return { pointer, sentence };
    rest = written.slice(shown.length);
    value = known && Reflect.get(value as object, key);
    pointer += pointerStep(key);
  }
}

interface Shown {
  readonly key: string;
  /** As sentences write it: odd keys are quoted, long ones cut. */
  readonly shown: string;
}

/** The longest first: one key may begin like another. */
function keysOf(value: unknown): readonly Shown[] {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  const keys = isObject ? Object.keys(value) : [];
  return keys
    .flatMap((key) => [key, quoted(key)].map((shown) => ({ key, shown })))
    .toSorted((one, other) => other.shown.length - one.shown.length);
}

function quoted(key: string): string {
  const text = JSON.stringify(key);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

function wordAt(written: string): Shown {
  const [key = ""] = /^[\w$-]*/.exec(written) ?? [];
  return { key, shown: key };
}

function isAt(written: string, key: string): boolean {
  if (!written.startsWith(key)) return false;
  const next = written[key.length];
  return next === undefined || " .[;,:".includes(next);
}

/** Settings that cannot be used, with everything that is wrong with them. */
export class SettingsError extends ServerError {
  readonly faults: readonly Fault[];
  constructor(faults: readonly Fault[]) {
    super("SETTINGS_WRONG", faults[0]?.sentence);
    // Settings are the member of that name, in what is sent and in what is answered.
    this.faults = faults
      .slice(0, MOST_FAULTS)
      .map(({ pointer, sentence }) => ({ pointer: `/settings${pointer}`, sentence }));
  }
}
