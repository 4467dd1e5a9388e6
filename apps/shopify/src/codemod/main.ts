import { runThemeCommand } from "./command.ts";

/** Runs the command line of this process; sets the exit code and leaves the end to the process. */
export function main(): void {
  // Who reads a pipe may leave at any time (`| head`).
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") process.exitCode = 1;
    });
  }
  process.exitCode = runThemeCommand(process.argv.slice(2), {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
  });
}
