import { COMMANDS } from "./commands.ts";
import { dispatch } from "./dispatch.ts";
import { EXITS } from "./exits.ts";
import type { Surroundings } from "./surroundings.ts";

/** Runs the command line of this process. It never exits: it sets the exit code, and the process ends when nothing is left to do. */
export async function main(): Promise<void> {
  // Who reads a pipe may leave at any time (`| head`): that is no error of ours, and nothing that is left to say has a reader.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") process.exitCode = EXITS.FAILED.code;
    });
  }
  const code = await dispatch(process.argv.slice(2), COMMANDS, surroundings());
  if (code !== undefined) process.exitCode ??= code;
}

function surroundings(): Surroundings {
  return {
    env: process.env,
    cwd: process.cwd(),
    out: (text) => new Promise<void>((resolve) => process.stdout.write(text, () => resolve())),
    err: (text) => {
      process.stderr.write(text);
    },
    isWatched: process.stderr.isTTY === true,
    input: async () => (process.stdin.isTTY ? undefined : await readAll(process.stdin)),
    onInterrupt(stop) {
      process.once("SIGINT", stop);
      return () => process.off("SIGINT", stop);
    },
    fetch: (input, init) => fetch(input, init),
  };
}

async function readAll(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString("utf8");
}
