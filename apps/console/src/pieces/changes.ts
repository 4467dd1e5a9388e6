/** One difference between two JSON values. */
export interface Change {
  /** JSON pointer to what is different; "" is the whole. */
  readonly pointer: string;
  /** Undefined where it was added. */
  readonly before: unknown;
  /** Undefined where it was removed. */
  readonly after: unknown;
}

/** The smallest members in which two JSON values differ, in the order of their names. Lists of the same length are gone through by place. */
export function changesBetween(before: unknown, after: unknown, pointer = ""): readonly Change[] {
  if (isRecord(before) && isRecord(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
    return names.flatMap((name) =>
      changesBetween(
        own(before, name),
        own(after, name),
        `${pointer}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`,
      ),
    );
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length)
    return before.flatMap((each, at) => changesBetween(each, after[at], `${pointer}/${at}`));
  return isSame(before, after) ? [] : [{ pointer, before, after }];
}

function isSame(one: unknown, other: unknown): boolean {
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((each, at) => isSame(each, other[at]));
  if (isRecord(one) && isRecord(other)) return changesBetween(one, other).length === 0;
  return Object.is(one, other);
}

const own = (record: Readonly<Record<string, unknown>>, name: string) =>
  Object.hasOwn(record, name) ? record[name] : undefined;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
