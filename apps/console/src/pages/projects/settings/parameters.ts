// Parameters as settings write them, such as "w=400&q=80": texts are changed where they have to be and nowhere else.

/** The value of a parameter; undefined where it is not there. */
export function parameterIn(text: string, name: string): string | undefined {
  return pairsOf(text).findLast(([key]) => key === name)?.[1];
}

/** The text with another value of a parameter; undefined removes it. */
export function withParameter(text: string, name: string, value: string | undefined): string {
  const pairs = pairsOf(text);
  const at = pairs.findIndex(([key]) => key === name);
  const others = pairs.filter(([key]) => key !== name);
  if (value !== undefined) others.splice(at === -1 ? others.length : at, 0, [name, value]);
  return others.map(([key, each]) => (each === undefined ? key : `${key}=${each}`)).join("&");
}

function pairsOf(text: string): (readonly [string, string | undefined])[] {
  return text
    .split("&")
    .filter((pair) => pair !== "")
    .map((pair) => {
      const end = pair.indexOf("=");
      return end === -1 ? ([pair, undefined] as const) : ([pair.slice(0, end), pair.slice(end + 1)] as const);
    });
}
