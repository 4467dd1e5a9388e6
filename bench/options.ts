import { parseArgs } from "node:util";

/** The ratios that freshness is judged by. */
const FRESHNESS = ["fresh", "breadth", "everything", "journal", "log", "fence", "neighbours"] as const;
const CELLS = ["renders", "hits", "herd", "quality", "stats", "console", ...FRESHNESS] as const;

/** One of the comparisons. */
export type Cell = (typeof CELLS)[number];

export interface Options {
  readonly rounds: number;
  readonly cells: readonly Cell[];
  readonly quick: boolean;
}

const USAGE = `npm run bench -- [--rounds N] [--only COMPARISON,…] [--quick]

  --rounds N   rounds of each comparison (7, with --quick 3)
  --only …     some of ${CELLS.join(", ")};
               "freshness" stands for the last ${FRESHNESS.length}
  --quick      fewer pictures, objects and shorter comparisons: an impression`;

/** Reads the command line; undefined where help was asked for. Throws a sentence for what it cannot read. */
export function readOptions(args: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: "string" },
      only: { type: "string" },
      quick: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return undefined;
  }
  const rounds = Number(values.rounds ?? (values.quick ? 3 : 7));
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new Error(`--rounds is ${values.rounds}; write a whole number from 1.\n\n${USAGE}`);
  }
  const cells = values.only === undefined ? CELLS : values.only.split(",").flatMap(readCell);
  return { rounds, cells, quick: values.quick };
}

function readCell(name: string): readonly Cell[] {
  if (name === "freshness") return FRESHNESS;
  const cell = CELLS.find((each) => each === name);
  if (cell === undefined)
    throw new Error(`--only is ${name}; write some of ${CELLS.join(", ")}.\n\n${USAGE}`);
  return [cell];
}
