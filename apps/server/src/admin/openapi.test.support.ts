type Members = Readonly<Record<string, unknown>>;

const isMembers = (value: unknown): value is Members => typeof value === "object" && value !== null;

/** Every reference of a document. */
export function refsIn(value: unknown): readonly string[] {
  if (!isMembers(value)) return [];
  const own = typeof value.$ref === "string" ? [value.$ref] : [];
  return [...own, ...Object.values(value).flatMap(refsIn)];
}

/** What a reference leads to; undefined where there is nothing. */
export function at(document: unknown, ref: string): unknown {
  const steps = ref.replace(/^#\//, "").split("/");
  return steps.reduce<unknown>((found, step) => (isMembers(found) ? found[step] : undefined), document);
}

/**
 * The document without references, as a reader that follows all of them has it.
 * @throws Error where one leads nowhere.
 */
// biome-ignore lint/suspicious/noExplicitAny: as JSON is read elsewhere in the tests.
export function wholeOf(document: unknown): any {
  const whole = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(whole);
    if (!isMembers(value)) return value;
    const { $ref, ...beside } = value;
    const target = typeof $ref === "string" ? at(document, $ref) : {};
    if (!isMembers(target)) throw new Error(`${String($ref)} leads nowhere.`);
    return Object.fromEntries(
      Object.entries({ ...target, ...beside }).map(([key, each]) => [key, whole(each)]),
    );
  };
  return whole(document);
}
