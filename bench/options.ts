import { parseArgs } from "node:util";
import { type Cell, GROUPS } from "./cell.ts";
import { CELLS } from "./cells.ts";

/** How thoroughly each cell measures. */
export interface Options {
  readonly rounds: number;
  readonly quick: boolean;
  /**
   * How much time it may take: half of what it takes among its group in a whole run, twice as much where it was asked for alone. Sizes
   * that rounds do not follow follow this.
   */
  readonly pace: 0.5 | 1 | 2;
}

/** What was asked for on the command line. */
export interface Command extends Options {
  readonly cells: readonly Cell[];
  /** No cell begins later; seconds from the start. */
  readonly seconds: number;
  /** A missed bar ends the run with code 1. */
  readonly gate: boolean;
  readonly writeDocs: boolean;
}

/** Minutes of a whole run and of one group, on two cores with everything installed. */
const WHOLE_MINUTES = 40;
const GROUP_MINUTES = 8;
/** Rounds of a group or a comparison, of a whole run, of a quick one. */
const ROUNDS = 7;
const WHOLE_ROUNDS = 5;
const QUICK_ROUNDS = 3;

/** Reads the command line; undefined where help was asked for. Throws a sentence for what it cannot read. */
export function readOptions(args: readonly string[]): Command | undefined {
  const { values, positionals } = parse(args);
  if (values.help) {
    console.log(USAGE);
    return undefined;
  }
  const names = [...positionals, ...(values.only === undefined ? [] : [values.only])].flatMap((each) =>
    each.split(","),
  );
  const wanted = new Set(names.flatMap(cellsOf));
  const groups = new Set([...wanted].map(({ group }) => group));
  const usual = names.length === 0 ? WHOLE_MINUTES : Math.min(WHOLE_MINUTES, GROUP_MINUTES * groups.size);
  const usualRounds = values.quick ? QUICK_ROUNDS : names.length === 0 ? WHOLE_ROUNDS : ROUNDS;
  if (values["write-docs"] && names.length > 0)
    throw new Error(`--write-docs writes the figures of one whole run: leave out ${names.join(", ")}.`);
  return {
    cells: names.length === 0 ? CELLS : CELLS.filter((cell) => wanted.has(cell)),
    rounds: whole("rounds", values.rounds, usualRounds),
    seconds: whole("minutes", values.minutes, usual) * 60,
    quick: values.quick,
    pace: names.length === 0 ? 0.5 : wanted.size > 1 ? 1 : 2,
    gate: values.gate,
    writeDocs: values["write-docs"],
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        rounds: { type: "string" },
        minutes: { type: "string" },
        only: { type: "string" },
        quick: { type: "boolean", default: false },
        gate: { type: "boolean", default: false },
        "write-docs": { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
  }
}

function whole(name: string, text: string | undefined, usual: number): number {
  const number = Number(text ?? usual);
  if (Number.isInteger(number) && number >= 1) return number;
  throw new Error(`--${name} is ${text}; write a whole number from 1.\n\n${USAGE}`);
}

function cellsOf(name: string): readonly Cell[] {
  const found = CELLS.filter((cell) => cell.group === name || cell.name === name);
  if (found.length > 0) return found;
  throw new Error(`There is no group and no comparison called ${name}.\n\n${USAGE}`);
}

const USAGE = `npm run bench -- [GROUP or COMPARISON …] [--rounds N] [--minutes N] [--quick] [--gate] [--write-docs]

  ${groupLines().join("\n  ")}

  --only A,B     the same as naming them first
  --rounds N     rounds of each comparison (${ROUNDS}, in a whole run ${WHOLE_ROUNDS}, with --quick ${QUICK_ROUNDS})
  --minutes N    no comparison begins later (${WHOLE_MINUTES} for everything, ${GROUP_MINUTES} for each group that was named)
  --quick        fewer rounds, pictures and objects: an impression
  --gate         ends with code 1 if a goal of delivery is below its bar
  --write-docs   puts the tables and the picture of this run into docs/performance.md

  A whole run takes at most about ${WHOLE_MINUTES} minutes on two cores, one group at most about ${GROUP_MINUTES}; what is fetched on first use comes on
  top. A comparison takes more rounds and more objects in its group than in a whole run, and most where it is asked for alone.
  imgproxy, imagor, thumbor and oximg take part where they are found: on the PATH, or by FRESHET_PEER_IMGPROXY=/path/to/it and so on.`;

function groupLines(): readonly string[] {
  return GROUPS.flatMap((group) => {
    const cells = CELLS.filter((cell) => cell.group === group);
    return [group, ...cells.map(({ name, about }) => `  ${name.padEnd(14)}${about}`)];
  });
}
