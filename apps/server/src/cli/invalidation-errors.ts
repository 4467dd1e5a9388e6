import type { InvalidationError, InvalidationErrorCode } from "@freshet/core";
import { CliError, type ExitName } from "./exits.ts";
import { plain } from "./text.ts";

const EXIT_OF: Readonly<Partial<Record<InvalidationErrorCode, ExitName>>> = {
  API_KEY_WRONG: "REFUSED",
  RATE_EXCEEDED: "REFUSED",
  SERVICE_UNAVAILABLE: "UNREACHABLE",
  SERVICE_UNREACHABLE: "UNREACHABLE",
  ANSWER_LATE: "UNREACHABLE",
  ANSWER_MALFORMED: "UNREACHABLE",
  INVALIDATION_UNFINISHED: "TIMED_OUT",
};

/** How a command ends by an error of the invalidation client; `partial` is what is known of the invalidation. */
export function fromInvalidation({ code, message }: InvalidationError, partial?: unknown): CliError {
  return new CliError(EXIT_OF[code] ?? "FAILED", plain(message), { code, partial });
}
