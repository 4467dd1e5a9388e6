/** Everything of the process that commands may see or touch; tests give their own. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Writes to stdout; resolves when it is out, or when nobody reads any more. */
  out(text: string): Promise<void>;
  err(text: string): void;
  /** Somebody looks at stderr while the command runs. */
  readonly isWatched: boolean;
  /** Everything on stdin; undefined where it is a terminal, so that nothing waits for somebody who does not know. */
  input(): Promise<string | undefined>;
  /** Calls when the user presses Ctrl-C, until the function it answers with is called. */
  onInterrupt(stop: () => void): () => void;
  readonly fetch: typeof fetch;
}
