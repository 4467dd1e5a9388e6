/** Replaces a text that must be there exactly once, so that a test cannot go blind when the text changes. */
export function replaceOnce(text: string, from: string, to: string): string {
  if (text.split(from).length !== 2) throw new Error(`Expected exactly once: ${from}`);
  return text.replace(from, () => to);
}
