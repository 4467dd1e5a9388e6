import { refusal, unreachable } from "./error.ts";

export type Method = "GET" | "POST" | "PUT" | "DELETE";
export type Query = Readonly<Record<string, string | number | undefined>>;

export interface CallOptions {
  readonly query?: Query;
  /** An object goes as JSON; text, files and forms go as they are. */
  readonly body?: object | string | Blob | FormData;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** An answer with its headers, for those who need its ETag. */
export interface Answered<Answer> {
  readonly answer: Answer;
  readonly headers: Headers;
}

/** Builds a path of the API: what stands between the pieces is encoded, as in path`/projects/${name}/keys`. */
export function path(pieces: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  return String.raw({ raw: pieces }, ...values.map((value) => encodeURIComponent(value)));
}

/** Path and query as one; what is undefined or empty is left out. */
export function withQuery(where: string, query: Query = {}): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === "" ? [] : [[name, String(value)]],
  );
  return pairs.length === 0 ? where : `${where}?${new URLSearchParams(pairs)}`;
}

/**
 * Asks the API of the server that the console came from. Rejects with an `ApiError`, and with an AbortError where the signal says so.
 * An answer without a body is undefined; one that is no JSON is its text.
 */
export async function request<Answer>(
  method: Method,
  where: string,
  { query, body, headers, signal }: CallOptions = {},
): Promise<Answered<Answer>> {
  const isPlain = typeof body === "string" || body instanceof Blob || body instanceof FormData;
  const response = await fetch(withQuery(where, query), {
    method,
    headers: {
      accept: "application/json",
      ...(body !== undefined && !isPlain && { "content-type": "application/json" }),
      // A form of another site cannot send it; the server takes nothing unsafe of a session without.
      ...(method !== "GET" && { "freshet-csrf": "1" }),
      ...headers,
    },
    ...(body !== undefined && { body: isPlain ? body : JSON.stringify(body) }),
    ...(signal && { signal }),
    credentials: "same-origin",
    cache: "no-store",
    redirect: "error",
  }).catch((error: unknown) => {
    throw signal?.aborted ? error : unreachable();
  });
  const answer = await read(response);
  if (!response.ok) throw refusal(response.status, answer);
  return { answer: answer as Answer, headers: response.headers };
}

export async function call<Answer>(method: Method, where: string, options?: CallOptions): Promise<Answer> {
  return (await request<Answer>(method, where, options)).answer;
}

async function read(response: Response): Promise<unknown> {
  const text = await response.text().catch(() => {
    throw unreachable();
  });
  if (text === "") return undefined;
  if (!/\bjson\b/.test(response.headers.get("content-type") ?? "")) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
