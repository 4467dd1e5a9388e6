import type { Call } from "./command.ts";
import { keyOf, serverOf } from "./connection.ts";
import { CliError, type ExitName, usage } from "./exits.ts";
import { plain } from "./text.ts";

/** What the server answered. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly etag: string | undefined;
}

export interface Api {
  /** The server's address. */
  readonly server: string;
  /**
   * One request and its answer of 2xx.
   * @throws CliError UNREACHABLE, REFUSED or FAILED with what the server said.
   */
  ask(
    method: string,
    path: string,
    sent?: { readonly body?: unknown; readonly etag?: string },
  ): Promise<Answer>;
  /** Every entry of a list, page by page. */
  all(path: string, field: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

const TIMEOUT_MS = 30_000;
const LARGEST_PAGE = 100;

/** The API of the server that the call names. A key is sent there alone, never behind a redirect. */
export async function openApi(call: Call): Promise<Api> {
  const server = serverOf(call);
  const key = await keyOf(call);
  const ask: Api["ask"] = async (method, path, { body, etag } = {}) => {
    const headers: Record<string, string> = { accept: "application/json" };
    if (key !== undefined) headers["x-client-key"] = key;
    if (etag !== undefined) headers["if-match"] = etag;
    if (body !== undefined) headers["content-type"] = "application/json";
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const request = { method, headers, signal, redirect: "manual" as const };
    let response: Response;
    let text: string;
    try {
      response = await call.io.fetch(
        server + path,
        body === undefined ? request : { ...request, body: JSON.stringify(body) },
      );
      text = await response.text();
    } catch (error) {
      throw unreachable(server, signal.aborted ? `no answer in ${TIMEOUT_MS / 1_000} s` : reasonOf(error));
    }
    const answer = {
      status: response.status,
      body: readJson(text),
      etag: response.headers.get("etag") ?? undefined,
    };
    if (response.ok && (answer.body !== undefined || response.status === 204)) return answer;
    throw refusal(server, answer, key === undefined);
  };
  return {
    server,
    ask,
    async all(path, field) {
      const found: Readonly<Record<string, unknown>>[] = [];
      let cursor: unknown;
      do {
        const after = typeof cursor === "string" ? `&cursor=${encodeURIComponent(cursor)}` : "";
        const { body } = await ask("GET", `${path}?limit=${LARGEST_PAGE}${after}`);
        const page = recordOf(body);
        const entries = page[field];
        if (!Array.isArray(entries)) throw unreachable(server, "its answer is none of Freshet");
        found.push(...entries.map(recordOf));
        if (page.cursor === cursor) break;
        cursor = page.cursor;
      } while (typeof cursor === "string");
      return found;
    },
  };
}

/**
 * A word as one step of an address.
 * @throws CliError USAGE for what addresses cannot carry as a step.
 */
export function pathStep(text: string): string {
  if (text === "" || /^\.{1,2}$/.test(text)) throw usage('An empty text, "." and ".." name nothing.');
  return encodeURIComponent(text.toWellFormed());
}

/** An object of somebody else's JSON; anything else has no fields. */
export function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

/** A field of it, fit for a terminal; "" for what is not there. */
export function shownOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  return plain(typeof value === "string" ? value : JSON.stringify(value));
}

export function unreachable(server: string, reason: string): CliError {
  return new CliError(
    "UNREACHABLE",
    `No Freshet answers at ${server} (${plain(reason)}). Check --server and whether it runs.`,
  );
}

/** What a refusal means to the user. */
function refusal(server: string, { status, body }: Answer, isWithoutKey: boolean): CliError {
  const { code, detail, msg, title, errors } = recordOf(body);
  if (status < 400 || typeof code !== "string") {
    return unreachable(server, `status ${status}, but its answer is none of Freshet`);
  }
  const said = [detail, msg, title].find((each) => typeof each === "string" && each !== "");
  const faults = (Array.isArray(errors) ? errors : []).map(recordOf);
  const lines = faults.map(({ pointer, detail }) => `  ${shownOf(pointer)}: ${shownOf(detail)}`);
  const hint =
    status === 401 && isWithoutKey
      ? "No key was sent: set FRESHET_API_KEY or FRESHET_API_KEY_FILE."
      : undefined;
  const sentence = [hint ?? shownOf(said ?? code), ...lines].join("\n");
  return new CliError(exitOf(status), sentence, {
    code,
    ...(faults.length > 0 && { partial: { errors: faults } }),
  });
}

function exitOf(status: number): ExitName {
  if (status === 401 || status === 403 || status === 429) return "REFUSED";
  return status === 502 || status === 503 || status === 504 ? "UNREACHABLE" : "FAILED";
}

/** What fetch hides behind "fetch failed". */
export function reasonOf(error: unknown): string {
  const { cause, message } = error as {
    readonly cause?: { readonly code?: string; readonly message?: string };
    readonly message?: string;
  };
  return cause?.code ?? cause?.message ?? message ?? String(error);
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
