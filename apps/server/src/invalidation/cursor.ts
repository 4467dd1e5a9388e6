/** Where the next page of the list begins: an opaque text for callers, the number of the last entry they saw for us. */
export function writeCursor(sequence: number): string {
  return `s${sequence.toString(36)}`;
}

/** The number in a cursor, or undefined for what no cursor is. */
export function readCursor(text: string): number | undefined {
  if (!/^s[0-9a-z]{1,11}$/.test(text)) return undefined;
  const sequence = Number.parseInt(text.slice(1), 36);
  return Number.isSafeInteger(sequence) && writeCursor(sequence) === text ? sequence : undefined;
}
