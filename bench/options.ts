import { parseArgs } from "node:util";

const CELLS = ["renders", "hits", "herd"] as const;

/** One of the three comparisons. */
export type Cell = (typeof CELLS)[number];

export interface Options {
  readonly rounds: number;
  readonly cells: readonly Cell[];
  readonly quick: boolean;
}

const USAGE = `npm run bench -- [--rounds N] [--only ${CELLS.join("|")}] [--quick]

  --rounds N   rounds of each comparison (7, with --quick 3)
  --only CELL  one comparison alone
  --quick      fewer pictures and shorter cells: an impression within 90 seconds`;

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
  const cells = values.only === undefined ? CELLS : CELLS.filter((cell) => cell === values.only);
  if (cells.length === 0) throw new Error(`--only is ${values.only}; write ${CELLS.join(", ")}.\n\n${USAGE}`);
  return { rounds, cells, quick: values.quick };
}
