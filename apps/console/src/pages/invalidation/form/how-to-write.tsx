import type { ProjectRules } from "../project-rules.ts";
import classes from "./form.module.css";
import type { FormScope } from "./wish.ts";

export interface HowToWriteProps {
  readonly scope: FormScope;
  readonly rules: ProjectRules;
}

/** How paths are written, by examples of this project: right ones, and those that everybody tries first. */
export function HowToWrite({ scope, rules }: HowToWriteProps) {
  const right = `${exampleOf(rules)}flat1.jpg`;
  const host = rules.hosts[0] ?? "doc.cloudimg.io";
  const examples: Partial<Record<FormScope, readonly (readonly [string, string | undefined])[]>> = {
    original: [
      [right, undefined],
      [`${right}?w=500`, "nothing behind the path: all its variants follow"],
      [`${host}${right}`, "not the host that delivers"],
      [`${host}${right}?w=500`, "neither of them"],
    ],
    folder: [
      [`${exampleOf(rules)}summer/*`, undefined],
      [`${exampleOf(rules)}summer`, "a folder ends with /*"],
    ],
    urls: [
      [`${right}?w=500`, undefined],
      [`${exampleOf(rules)}*?w=500`, "no wildcard: choose Folder for that"],
    ],
  };
  return (
    <>
      <h3 className={classes.heading}>How to write them</h3>
      <p className={classes.hint}>
        {scope === "urls"
          ? "The URL as it is delivered, with its parameters."
          : "Only the original's part of the URL, as it stands behind the host."}
      </p>
      <ul className={classes.lines}>
        {examples[scope]?.map(([path, why]) => (
          <li key={path} className={classes.line} data-verdict={why === undefined ? "right" : "wrong"}>
            <span className={classes.verdict}>{why === undefined ? "Right" : "Wrong"}</span>
            <code>{path}</code>
            {why !== undefined && <span className={classes.why}>{why}</span>}
          </li>
        ))}
      </ul>
      {Object.keys(rules.naming.aliases).length > 0 && (
        <p className={classes.hint}>
          Aliases of this project:{" "}
          {Object.keys(rules.naming.aliases)
            .slice(0, 8)
            .map((alias, at) => (
              <span key={alias}>
                {at > 0 && ", "}
                <code>/{alias}/</code>
              </span>
            ))}
          {rules.naming.prefix !== undefined && !rules.isGuess && (
            <>
              . What begins with none of them is behind <code>{rules.naming.prefix}</code>
            </>
          )}
          .
        </p>
      )}
    </>
  );
}

/** What a path of this project begins with. */
export function exampleOf({ naming, origins, isGuess }: ProjectRules): string {
  const [alias] = Object.keys(naming.aliases);
  if (alias !== undefined) return `/${alias}/`;
  if (naming.prefix !== undefined && !isGuess) return "/";
  const host = origins.find((each) => each !== "*");
  return `/${host ?? "sample.li"}/`;
}
