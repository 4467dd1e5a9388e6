import type { Chain } from "./chain.ts";

/** The variable that holds the address of a file of the shop, before the snippet makes another one of it. */
export const OWN_SOURCE = "freshet_src";

/** What a chain becomes: statements of Liquid without their braces; "echo" stands for what is printed. */
export function statementsFor(chain: Chain, target: string | undefined): readonly string[] {
  const { before, render } = rendering(chain);
  if (target !== undefined) {
    const assigned = chain.tail === "" ? [] : [`assign ${target} = ${target} ${chain.tail}`];
    return [...before, `capture ${target}`, render, "endcapture", ...assigned];
  }
  if (chain.tail === "") return [...before, render];
  return [...before, "capture freshet_text", render, "endcapture", `echo freshet_text ${chain.tail}`];
}

/** Arguments of `render` take no filters: what has some is assigned first. */
function rendering(chain: Chain): { readonly before: readonly string[]; readonly render: string } {
  const before: string[] = [];
  let subject = `image: ${chain.subject}`;
  if (!chain.isSimple) {
    const [argument, variable] = chain.fileFilter ? ["src", OWN_SOURCE] : ["image", "freshet_image"];
    before.push(`assign ${variable} = ${chain.subject}${chain.fileFilter ? ` | ${chain.fileFilter}` : ""}`);
    subject = `${argument}: ${variable}`;
  }
  const parameters = chain.parameters.map(([name, value]) => `${name}: ${value}`);
  for (const [place, [name, value]] of chain.attributes.entries()) {
    const start = place === 0 ? `' ${name}="'` : `freshet_attributes | append: ' ${name}="'`;
    before.push(
      `assign freshet_value = ${value} | escape`,
      `assign freshet_attributes = ${start} | append: freshet_value | append: '"'`,
    );
  }
  if (chain.attributes.length > 0) parameters.push("attributes: freshet_attributes");
  const snippet = chain.isTag ? "freshet-image" : "freshet-url";
  return { before, render: `render '${snippet}', ${[subject, ...parameters].join(", ")}` };
}

/** Where a chain stands. */
export interface Place {
  /** Inside `{% liquid %}`, where a statement is a line. */
  readonly isLine: boolean;
  readonly stripsBefore: boolean;
  readonly stripsAfter: boolean;
  /** White space that a line begins with, and how lines end. */
  readonly indent: string;
  readonly lineBreak: string;
}

/** The statements as they stand in the file; white space around them is stripped as it was. */
export function printStatements(statements: readonly string[], place: Place): string {
  if (place.isLine) return statements.join(`${place.lineBreak}${place.indent}`);
  return statements
    .map((statement, at) => {
      const before = at === 0 && place.stripsBefore ? "-" : "";
      const after = at === statements.length - 1 && place.stripsAfter ? "-" : "";
      return statement.startsWith("echo ")
        ? `{{${before} ${statement.slice("echo ".length)} ${after}}}`
        : `{%${before} ${statement} ${after}%}`;
    })
    .join("");
}
