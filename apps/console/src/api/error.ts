/** One field of a body that is wrong. */
export interface Fault {
  /** JSON pointer to the field, such as "/aliases/_media_". */
  readonly pointer: string;
  readonly sentence: string;
}

/** What the API refused, and why. `message` is its sentence, as it is shown. */
export class ApiError extends Error {
  /** Permanent, of the table of errors; SERVER_UNREACHABLE and HTTP_<status> where no answer of the API came. */
  readonly code: string;
  /** 0 where none came. */
  readonly status: number;
  readonly faults: readonly Fault[];
  constructor(status: number, code: string, sentence: string, faults: readonly Fault[] = []) {
    super(sentence);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.faults = faults;
  }
}

/** Reads both forms of the API's errors: problem+json (RFC 9457), and Cloudimage's envelope. */
export function refusal(status: number, answer: unknown): ApiError {
  const { code, title, detail, msg, errors } = record(answer);
  const sentence = [detail, msg, title].find((each) => typeof each === "string" && each !== "");
  return new ApiError(
    status,
    typeof code === "string" ? code : `HTTP_${status}`,
    typeof sentence === "string" ? sentence : `The server answered ${status} without saying why.`,
    Array.isArray(errors) ? errors.flatMap(faultOf) : [],
  );
}

export const unreachable = () =>
  new ApiError(0, "SERVER_UNREACHABLE", "The server does not answer. Check the network, or that it runs.");

/** Whatever was thrown, as something that can be shown. */
export function apiErrorOf(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  return new ApiError(0, "CONSOLE_BROKEN", thrown instanceof Error ? thrown.message : String(thrown));
}

function faultOf(each: unknown): readonly Fault[] {
  const { pointer, detail } = record(each);
  return typeof pointer === "string" && typeof detail === "string" ? [{ pointer, sentence: detail }] : [];
}

const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
