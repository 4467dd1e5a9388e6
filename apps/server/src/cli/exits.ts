/** How a command can end. The numbers are permanent: scripts rely on them. */
export const EXITS = {
  OK: { code: 0, sentence: "It is done." },
  FAILED: {
    code: 1,
    sentence:
      "It could not be done, or an invalidation that was waited for ended in ERROR or ERROR_CDN_NODE, a warm-up with URLs that are not warm, or the observer saw a miss; the sentence says why.",
  },
  USAGE: { code: 2, sentence: "The command line is not right; nothing was sent." },
  UNREACHABLE: { code: 3, sentence: "No Freshet answers at the address, or it cannot answer now." },
  REFUSED: { code: 4, sentence: "The key is missing, wrong, or does not allow it." },
  TIMED_OUT: { code: 6, sentence: "The invalidation or warm-up was not done in the time given; it goes on." },
  INTERRUPTED: { code: 130, sentence: "Ctrl-C; an invalidation or a warm-up that was sent goes on." },
} as const satisfies Record<string, { readonly code: number; readonly sentence: string }>;

export type ExitName = keyof typeof EXITS;

/** What a command could not do, told to the user as one sentence. */
export class CliError extends Error {
  readonly exit: ExitName;
  /** The permanent code of the server's error table, where it came from there. */
  readonly code: string | undefined;
  /** What the result would have been, as far as there is one; shown with --json. */
  readonly partial: unknown;
  constructor(
    exit: ExitName,
    sentence: string,
    more: { readonly code?: string; readonly partial?: unknown } = {},
  ) {
    super(sentence);
    this.name = "CliError";
    this.exit = exit;
    this.code = more.code;
    this.partial = more.partial;
  }
}

/** The command line is not right. */
export const usage = (sentence: string) => new CliError("USAGE", sentence);
