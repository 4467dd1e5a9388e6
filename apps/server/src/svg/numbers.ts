/** What a browser keeps of a number has a little more than seven digits: what lies behind the eighth is never seen, at any size. */
const DIGITS = 8;

const NUMBER = /[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;

/** The number that begins at a place, as it is written there. */
export function numberAt(text: string, at: number): string | undefined {
  NUMBER.lastIndex = at;
  return NUMBER.exec(text)?.[0];
}

/** The same number in fewest characters; as it was where it is larger than any. */
export function shortNumber(text: string): string {
  const value = Number(text);
  if (!Number.isFinite(value)) return text;
  const rounded = Number(value.toPrecision(DIGITS));
  if (rounded === 0) return "0";
  // JavaScript takes to an exponent late; CSS and SVG know the same ones.
  const [plain, raised] = [String(rounded), rounded.toExponential().replace("e+", "e")];
  const shorter = raised.length < plain.length ? raised : plain.replace("e+", "e");
  return shorter.replace(/^(-?)0\./, "$1.");
}

/** Numbers in a row, no more between them than keeps them apart. */
export function joinNumbers(numbers: readonly string[]): string {
  let text = "";
  let last = "";
  for (const each of numbers) {
    const isApart =
      last === "" || each.startsWith("-") || (each.startsWith(".") && /^[^e]*\.[^e]*$/.test(last));
    text += isApart ? each : ` ${each}`;
    last = each;
  }
  return text;
}

/** The numbers of a list with spaces or single commas between them; undefined for anything else. */
export function numbersOf(text: string): readonly string[] | undefined {
  const numbers: string[] = [];
  let at = endOfSpace(text, 0);
  while (at < text.length) {
    const number = numberAt(text, at);
    if (number === undefined) return undefined;
    numbers.push(shortNumber(number));
    at = endOfSpace(text, at + number.length);
    if (text[at] === "," && at + 1 < text.length) at = endOfSpace(text, at + 1);
  }
  return numbers.length === 0 ? undefined : numbers;
}

const SPACE = /[ \t\r\n\f]*/y;

export function endOfSpace(text: string, at: number): number {
  SPACE.lastIndex = at;
  SPACE.exec(text);
  return SPACE.lastIndex;
}
