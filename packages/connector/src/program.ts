// Nothing is imported here, so that an old Node gets as far as the sentence that says it is too old.
import type { Opened } from "./listen.ts";

const MAJOR = 24;
/** Milliseconds that a stopping program may take to settle what it holds. */
const DRAIN_MS = 10_000;

/** A connector as a program of its own. */
export interface Program {
  /** As sentences call it, such as "WordPress connector". */
  readonly name: string;
  /** The variable that chooses its port, for the sentence that says it is taken. */
  readonly portVariable: string;
  /** Reads the configuration and puts the server together; imports both itself, after the version of Node was checked. */
  readonly open: (
    log: (event: string, details: Readonly<Record<string, unknown>>) => void,
  ) => Promise<Opened>;
  /** What it does instead when it is given arguments; resolves to the exit code. */
  readonly command?: (given: readonly string[]) => Promise<number>;
}

/**
 * Runs a connector: starts it, says where it listens, and ends it on SIGTERM and SIGINT. Whatever keeps it from starting is
 * one sentence on stderr and exit code 1. It alone may read signals and exit.
 */
export async function runProgram(program: Program): Promise<void> {
  if (Number(process.versions.node.split(".")[0]) < MAJOR) {
    console.error(
      `The ${program.name} needs Node ${MAJOR} or newer; this is ${process.version}. Start it with "npm start", which brings its own, or install Node ${MAJOR}.`,
    );
    process.exitCode = 1;
    return;
  }
  const given = process.argv.slice(2);
  if (program.command !== undefined && given.length > 0) {
    try {
      process.exitCode = await program.command(given);
    } catch (error) {
      console.error(error instanceof Error ? error.message : String(error));
      process.exitCode = 1;
    }
    return;
  }
  const { listen } = await import("./listen.ts");
  try {
    stopOnSignal(await listen(program));
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(1);
  }
}

function stopOnSignal(stop: () => Promise<void>): void {
  let stopping = false;
  const end = () => {
    if (stopping) process.exit(1);
    stopping = true;
    setTimeout(() => process.exit(1), DRAIN_MS).unref();
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", end);
  process.on("SIGINT", end);
}
