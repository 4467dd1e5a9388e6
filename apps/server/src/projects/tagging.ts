import { isBehindAlias, resolveBeginning } from "@freshet/core";
import type { Project } from "./project.ts";

/** The ways to write each original of a project: a piece of its normal form, and what stands for it in delivery URLs. */
type Spellings = readonly { readonly name: string; readonly written: string }[];

const SPELLINGS = new WeakMap<Project, Spellings>();

/**
 * The user's tags that the rules of a project give to an original, in the order of the rules. A rule matches whichever way the
 * original is written, so that one original has the same tags under all its URLs.
 */
export function tagsOf(project: Project, name: string): readonly string[] {
  if (project.tags.length === 0) return [];
  const ways = waysToWrite(project, name);
  const found = project.tags.filter(({ match }) => ways.some((way) => way.includes(match)));
  return [...new Set(found.map(({ tag }) => tag))];
}

/** What stands behind `/v7` in the delivery URLs of an original. */
function waysToWrite(project: Project, name: string): readonly string[] {
  const spellings = SPELLINGS.get(project) ?? spellingsOf(project);
  SPELLINGS.set(project, spellings);
  const short = spellings.flatMap((each) =>
    name.startsWith(each.name) ? [`/${each.written}${name.slice(each.name.length)}`] : [],
  );
  return isBehindAlias(name) ? short : [`/${name}`, `/http://${name}`, `/https://${name}`, ...short];
}

function spellingsOf({ aliases, prefix }: Project): Spellings {
  const named = Object.keys(aliases).flatMap((alias) => {
    const beginning = resolveBeginning(`${alias}/`, { aliases }).find(
      ({ written }) => written === `${alias}/`,
    );
    return beginning ? [beginning] : [];
  });
  if (prefix === undefined) return named;
  const [whole] = resolveBeginning(`${prefix}/`, { aliases });
  return whole ? [...named, { name: whole.name, written: "" }] : named;
}
