import {
  type CheckedLine,
  checkInvalidationLines,
  type InvalidationRequest,
  type LineRules,
} from "@freshet/core";

/** What is chosen in the form. A folder is an original with a wildcard to the API. */
export type FormScope = "original" | "all" | "folder" | "tags" | "urls";

/** Paths that are sent at once from here. */
export const MOST_LINES = 10;

export interface FormState {
  readonly scope: FormScope;
  readonly text: string;
  readonly tags: readonly string[];
  /** Why, for whoever reads the log. */
  readonly note: string;
}

/** What the form says as it stands. */
export interface Wish {
  readonly lines: readonly CheckedLine[];
  /** What would be sent; undefined while something is wrong or missing. */
  readonly request: InvalidationRequest | undefined;
  /** Originals, folders, tags or URLs that are named, each once. */
  readonly count: number;
  /** What has to be done first; undefined where it can be sent. */
  readonly problem: string | undefined;
  /** Where there are too many: the first ones, and those that would be left, as texts. */
  readonly split: { readonly first: string; readonly rest: string } | undefined;
}

/** Kinds of lines of the scopes that have some. */
export const KIND_OF = { original: "original", folder: "folder", urls: "url" } as const;

export const hasLines = (scope: FormScope): scope is keyof typeof KIND_OF => Object.hasOwn(KIND_OF, scope);

/** Reads the form. */
export function readWish({ scope, text, tags, note }: FormState, rules: Omit<LineRules, "kind">): Wish {
  const bare = note.trim().replace(/\p{Cc}+/gu, " ");
  const cause = { kind: "console", ...(bare === "" ? {} : { note: bare }) };
  const nothing = { lines: [], split: undefined };
  if (scope === "all") return { ...nothing, request: { scope, cause }, count: 1, problem: undefined };
  if (scope === "tags") {
    const request = tags.length === 0 ? undefined : { scope, tags, cause };
    const problem = request === undefined ? "Choose at least one tag." : undefined;
    return { ...nothing, request, count: tags.length, problem };
  }
  const lines = checkInvalidationLines(text, { ...rules, kind: KIND_OF[scope] });
  const urls = lines.flatMap(({ path, correction }) =>
    path === undefined || correction === "" ? [] : [path],
  );
  const count = urls.length;
  const wrong = lines.filter(({ verdict }) => verdict === "wrong").length;
  const problem = problemOf(wrong, count);
  return {
    ...{ lines, count, problem, split: wrong === 0 && count > MOST_LINES ? splitLines(lines) : undefined },
    request:
      problem === undefined ? { scope: scope === "urls" ? "urls" : "original", urls, cause } : undefined,
  };
}

function problemOf(wrong: number, count: number): string | undefined {
  if (wrong > 0)
    return wrong === 1 ? "Correct the line that is wrong." : `Correct the ${wrong} lines that are wrong.`;
  if (count === 0) return "Write at least one path.";
  if (count > MOST_LINES) return `${MOST_LINES} at once are the most; these are ${count}.`;
  return undefined;
}

function splitLines(lines: readonly CheckedLine[]): Wish["split"] {
  const once = lines.filter(({ correction }) => correction !== "").map(({ text }) => text);
  return { first: once.slice(0, MOST_LINES).join("\n"), rest: once.slice(MOST_LINES).join("\n") };
}

/** Gives the same key for the same request until it has arrived: whoever sends again after a failure asks once. */
export interface Keyring {
  keyOf(request: InvalidationRequest): string;
  /** The next request is another one, even with the same body. */
  arrived(): void;
}

export function createKeyring(
  random: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array = (bytes) => crypto.getRandomValues(bytes),
): Keyring {
  let last: { readonly body: string; readonly key: string } | undefined;
  return {
    keyOf(request) {
      const body = JSON.stringify(request);
      if (last?.body !== body) {
        // Without https a page has no randomUUID.
        const key = [...random(new Uint8Array(16))]
          .map((byte) => byte.toString(16).padStart(2, "0"))
          .join("");
        last = { body, key: `console-${key}` };
      }
      return last.key;
    },
    arrived() {
      last = undefined;
    },
  };
}
