import { endOfSpace, joinNumbers, numberAt, shortNumber } from "./numbers.ts";

/** How many numbers each command takes at a time. */
const TAKES: Readonly<Record<string, number>> = {
  m: 2,
  l: 2,
  h: 1,
  v: 1,
  c: 6,
  s: 4,
  q: 4,
  t: 2,
  a: 7,
  z: 0,
};
/** Of an arc two are flags, which are one digit and may touch the next number. */
const FLAGS: ReadonlySet<number> = new Set([3, 4]);
/** What pairs of numbers behind a first move mean. */
const AFTER_MOVE: Readonly<Record<string, string>> = { M: "L", m: "l" };

/**
 * The same path in fewer characters; undefined for one that is not written by the rules, of which browsers draw what comes before the
 * fault.
 */
export function shortPath(d: string): string | undefined {
  let text = "";
  let at = endOfSpace(d, 0);
  /** What a number would be taken for if no command came. */
  let implied = "";
  while (at < d.length) {
    const command = d[at] ?? "";
    const takes = TAKES[command.toLowerCase()];
    if (takes === undefined || (text === "" && command.toLowerCase() !== "m")) return undefined;
    at = endOfSpace(d, at + 1);
    if (takes === 0) {
      text += command;
      implied = "";
      continue;
    }
    const found = argumentsAt(d, at, takes, command.toLowerCase() === "a");
    if (!found) return undefined;
    at = found.end;
    // A move begins a new figure even behind another one, so it is always written.
    text = command === implied ? glued(text, found.numbers) : text + command + joinNumbers(found.numbers);
    implied = AFTER_MOVE[command] ?? command;
  }
  return text;
}

/** More numbers behind those that are there. */
function glued(text: string, numbers: readonly string[]): string {
  const last = /[+-]?[\d.]+(?:e-?\d+)?$/.exec(text.slice(-32))?.[0] ?? "";
  return text.slice(0, text.length - last.length) + joinNumbers([last, ...numbers]);
}

function argumentsAt(d: string, from: number, takes: number, isArc: boolean) {
  const numbers: string[] = [];
  let at = from;
  for (;;) {
    const place = numbers.length % takes;
    const isFlag = isArc && FLAGS.has(place);
    const number = isFlag ? /^[01]/.exec(d[at] ?? "")?.[0] : numberAt(d, at);
    if (number === undefined) return undefined;
    numbers.push(isFlag ? number : shortNumber(number));
    at = endOfSpace(d, at + number.length);
    const isComma = d[at] === ",";
    if (isComma) at = endOfSpace(d, at + 1);
    const isWhole = numbers.length % takes === 0;
    if (isWhole && !isComma && !/[\d.+-]/.test(d[at] ?? "")) return { numbers, end: at };
  }
}
