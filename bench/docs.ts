import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { GOAL_HEAD, goalRows, summary, unmeasuredLines, type Verdict } from "./gate.ts";

const PAGE = join(import.meta.dirname, "../docs/performance.md");
const PICTURE = join(import.meta.dirname, "../docs/performance.svg");
const BEGIN = "<!-- figures: written by npm run bench -- --write-docs -->";
const END = "<!-- end of figures -->";

/** When, where and how a run was made. */
export interface Run {
  readonly at: Date;
  readonly seconds: number;
  readonly rounds: number;
  readonly quick: boolean;
  readonly machine: { readonly cores: number; readonly processor: string | undefined; readonly node: string };
  /** Processes that wanted a core, by the end. */
  readonly load: number;
}

export interface Written {
  readonly run: Run;
  readonly tables: readonly string[];
  readonly verdicts: readonly Verdict[];
  readonly picture: string;
  readonly leftOut: readonly string[];
}

/** Puts the figures of a run between the marks of docs/performance.md, and its picture beside it. */
export async function writeDocs(written: Written): Promise<void> {
  const page = await readFile(PAGE, "utf8");
  await writeFile(PAGE, replaceFigures(page, figures(written)));
  await writeFile(PICTURE, written.picture);
}

/** The page with other figures; throws where a mark is missing. */
export function replaceFigures(page: string, text: string): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin === -1 || end < begin) throw new Error(`docs/performance.md has to hold ${BEGIN} and ${END}.`);
  return `${page.slice(0, begin)}${BEGIN}\n\n${text}\n\n${page.slice(end)}`;
}

/** The figures as Markdown: how they were made, the picture, the goals, every table. */
export function figures({ run, tables, verdicts, leftOut }: Omit<Written, "picture">): string {
  const { machine, quick, rounds, seconds, load } = run;
  const how = `${quick ? "A quick run" : "A run"} of ${run.at.toISOString().slice(0, 10)}: up to ${rounds} rounds in ${Math.round(seconds / 60)} minutes on ${machine.cores} cores of ${machine.processor ?? "an unknown processor"}, Node ${machine.node}; ${load.toFixed(1)} processes wanted a core at its end.`;
  return [
    how,
    "![Freshet beside others, and how far each goal is from its bar](performance.svg)",
    markdown([GOAL_HEAD, ...goalRows(verdicts)]),
    summary(verdicts),
    ...unmeasuredLines(verdicts).map((line) => `- ${line}.`),
    ...tables.map((each) => `\`\`\`text\n${each}\n\`\`\``),
    ...(leftOut.length > 0 ? [`Left out: ${leftOut.join("; ")}.`] : []),
  ].join("\n\n");
}

function markdown([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
