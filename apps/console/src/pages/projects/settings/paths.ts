/** Where something is in a JSON value: names of members and places in lists. */
export type Path = readonly (string | number)[];

export type Members = Readonly<Record<string, unknown>>;

export const isMembers = (value: unknown): value is Members =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What is at a place; undefined where there is nothing. */
export function valueAt(value: unknown, path: Path): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (Array.isArray(value)) return typeof step === "number" ? valueAt(value[step], rest) : undefined;
  return isMembers(value) && Object.hasOwn(value, step) ? valueAt(value[step], rest) : undefined;
}

/**
 * The value with something else at a place. Undefined removes it, together with objects that nothing is in any more: settings that say
 * nothing are the same as none.
 */
export function withValue(value: unknown, path: Path, next: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return next;
  if (Array.isArray(value) && typeof step === "number") {
    const inner = withValue(value[step], rest, next);
    return inner === undefined ? value.toSpliced(step, 1) : value.with(step, inner);
  }
  const before = isMembers(value) ? value : {};
  const inner = withValue(Object.hasOwn(before, step) ? before[step] : undefined, rest, next);
  if (inner !== undefined) return { ...before, [step]: inner };
  const { [step]: _gone, ...others } = before;
  return Object.keys(others).length === 0 && path.length > 0 ? undefined : others;
}

/** As JSON pointers write it (RFC 6901). */
export function pointerOf(path: Path): string {
  return path.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** Whether two JSON values say the same, whatever the order of their members. */
export function isSame(one: unknown, other: unknown): boolean {
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((each, at) => isSame(each, other[at]));
  if (isMembers(one) && isMembers(other)) {
    const names = Object.keys(one);
    if (names.length !== Object.keys(other).length) return false;
    return names.every((name) => Object.hasOwn(other, name) && isSame(one[name], other[name]));
  }
  return Object.is(one, other);
}

/** What becomes of a change that was begun on a version which is not the newest any more. */
export interface Rebased {
  readonly settings: unknown;
  /** Pointers of what both changed, and not alike: mine stands there. */
  readonly clashes: readonly string[];
}

/** My change on top of theirs, member by member; lists and single values are one thing each. */
export function rebase(base: unknown, mine: unknown, theirs: unknown, path: Path = []): Rebased {
  if (isSame(mine, theirs) || isSame(base, theirs)) return { settings: mine, clashes: [] };
  if (isSame(base, mine)) return { settings: theirs, clashes: [] };
  if (!isMembers(mine) || !isMembers(theirs)) return { settings: mine, clashes: [pointerOf(path)] };
  const before = isMembers(base) ? base : {};
  const names = [...new Set([...Object.keys(theirs), ...Object.keys(mine)])];
  const parts = names.map((name) => {
    const own = (from: Members) => (Object.hasOwn(from, name) ? from[name] : undefined);
    return [name, rebase(own(before), own(mine), own(theirs), [...path, name])] as const;
  });
  return {
    settings: Object.fromEntries(
      parts.flatMap(([name, { settings }]) => (settings === undefined ? [] : [[name, settings]])),
    ),
    clashes: parts.flatMap(([, { clashes }]) => clashes),
  };
}
