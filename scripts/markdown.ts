const NOTE = "<!-- Written by `npm run docs` from the tables in the code. Change those. -->";

/** A page of the reference. */
export function page(title: string, ...parts: readonly string[]): string {
  return `${[`# ${title}`, NOTE, ...parts].join("\n\n")}\n`;
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cellOf).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Markdown takes <name> for a tag unless it is code, and | for the end of a cell. */
function cellOf(text: string): string {
  return (text.startsWith("`") ? text : text.replaceAll("<", "&lt;")).replaceAll("|", "\\|");
}

export function code(...names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(", ");
}
