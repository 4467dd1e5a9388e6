import type { FastifyReply } from "fastify";

/** Permanent code → status and public sentence. */
export type ErrorTable<Code extends string> = Readonly<
  Record<Code, { readonly status: number; readonly sentence: string }>
>;

/** An error with a code of a table, on its way to the caller; `detail` is public. */
export class CodedError<Code extends string> extends Error {
  readonly code: Code;
  readonly detail: string | undefined;
  constructor(table: ErrorTable<Code>, code: Code, detail?: string, options?: ErrorOptions) {
    const { sentence } = table[code];
    super(detail === undefined ? sentence : `${sentence} (${detail})`, options);
    this.code = code;
    this.detail = detail;
  }
}

/** Answers with a problem (RFC 9457) of the table, which nobody may keep; a 503 says when to come back. */
export function problemsOf<Code extends string>(
  table: ErrorTable<Code>,
): (reply: FastifyReply, code: Code, detail?: string) => FastifyReply {
  return (reply, code, detail) => {
    const { status, sentence } = table[code];
    if (status === 503) reply.header("retry-after", "5");
    return reply
      .code(status)
      .header("cache-control", "no-store")
      .type("application/problem+json")
      .send({ status, code, title: sentence, ...(detail !== undefined && { detail }) });
  };
}
