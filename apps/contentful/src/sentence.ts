/** The sentence of anything that was thrown, fit for one line: at most 300 characters. */
export function sentence(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return text.replaceAll(/\s+/g, " ").slice(0, 300);
}
