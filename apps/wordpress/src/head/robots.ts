/** What a robots.txt (RFC 9309) says to one program. */
export interface RobotsRules {
  allows(url: string): boolean;
}

interface Rule {
  readonly isAllowed: boolean;
  readonly path: string;
}

const MOST_BYTES = 500_000;
/** What comes behind is not heeded: each is looked at for each picture. */
const MOST_RULES = 1_000;
const LONGEST_PATTERN = 2_000;

/** Reads the group of the program, or that for everybody; of the rules that fit, the longest decides, and at a tie Allow. */
export function readRobots(text: string, program: string): RobotsRules {
  const groups = groupsOf(text.slice(0, MOST_BYTES));
  const own = groups.filter(({ agents }) => agents.includes(program.toLowerCase()));
  const chosen = own.length > 0 ? own : groups.filter(({ agents }) => agents.includes("*"));
  const rules = chosen.flatMap((group) => group.rules).slice(0, MOST_RULES);
  return {
    allows(url) {
      const { pathname, search } = new URL(url);
      const fitting = rules.filter(({ path }) => fits(`${pathname}${search}`, path));
      const longest = Math.max(0, ...fitting.map(({ path }) => path.length));
      const deciding = fitting.filter(({ path }) => path.length === longest);
      return deciding.length === 0 || deciding.some(({ isAllowed }) => isAllowed);
    },
  };
}

function groupsOf(text: string): readonly { readonly agents: readonly string[]; readonly rules: Rule[] }[] {
  const groups: { agents: string[]; rules: Rule[] }[] = [];
  let isNaming = false;
  for (const line of text.split(/\r\n|\r|\n/)) {
    const [said = ""] = line.split("#", 1);
    const colon = said.indexOf(":");
    const key = said.slice(0, Math.max(0, colon)).trim().toLowerCase();
    const value = said.slice(colon + 1).trim();
    if (key === "user-agent") {
      if (!isNaming) groups.push({ agents: [], rules: [] });
      groups.at(-1)?.agents.push(value.toLowerCase());
      isNaming = true;
    } else if (key === "allow" || key === "disallow") {
      isNaming = false;
      if (value !== "" && value.length <= LONGEST_PATTERN) {
        groups.at(-1)?.rules.push({ isAllowed: key === "allow", path: value });
      }
    }
  }
  return groups;
}

/** `*` stands for anything, `$` at the end for the end. Each piece is looked for once: no pattern is slow. */
function fits(target: string, pattern: string): boolean {
  const isWhole = pattern.endsWith("$");
  const [first = "", ...pieces] = (isWhole ? pattern.slice(0, -1) : pattern).split("*");
  if (!target.startsWith(first)) return false;
  let at = first.length;
  for (const [index, piece] of pieces.entries()) {
    const isEnd = isWhole && index === pieces.length - 1;
    const found = isEnd ? target.length - piece.length : target.indexOf(piece, at);
    if (found < at || !target.startsWith(piece, found)) return false;
    at = found + piece.length;
  }
  return !isWhole || at === target.length;
}
