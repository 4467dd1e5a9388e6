import { type Naming, resolveOriginal } from "./original.ts";
import { normalizePath } from "./percent.ts";
import { withoutLeadingSlashes } from "./spelling.ts";

/** One way in which originals begin: as it is written in delivery URLs, and in their normal form. */
export interface Beginning {
  readonly written: string;
  /** What the names of the originals begin with; with a final slash where it is a whole folder. */
  readonly name: string;
}

/** Stands for whatever follows: a character that every part of an original may contain and that nothing normalises. */
const REST = "~";

/**
 * Finds what the names of those originals begin with whose text in a delivery URL begins with this one. Several where aliases
 * begin with the text too, none where it names neither a complete host nor an alias. Never throws.
 *
 * @example resolveBeginning("https://h.example/a/", { aliases: {} })
 * // [{ written: "https://h.example/a/", name: "h.example/a/" }]
 */
export function resolveBeginning(beginning: string, naming: Naming): readonly Beginning[] {
  const written = withoutLeadingSlashes(beginning);
  // As in every URL, a bare # begins what no server is asked for: nothing can begin behind it.
  if (written === "" || written.includes("#")) return [];
  const spelled = normalizePath(written);
  const aliases = Object.keys(naming.aliases).filter((alias) => `${alias}/`.startsWith(spelled));
  const found = [written, ...aliases.map((alias) => `${alias}/`)].flatMap((text) => {
    const resolved = resolveOriginal(text + REST, naming);
    return resolved.kind === "invalid" || !resolved.name.endsWith(REST)
      ? []
      : [{ written: text, name: resolved.name.slice(0, -REST.length) }];
  });
  return found.filter(({ name }, at) => found.findIndex((each) => each.name === name) === at);
}
