/** Why something could not be done, as it is shown. */
export interface Problem {
  /** Permanent; the connector's, or one of those that pages meet before they reach it. */
  readonly code: string;
  readonly title: string;
  readonly detail: string | undefined;
}

export class CallError extends Error implements Problem {
  readonly code: string;
  readonly title: string;
  readonly detail: string | undefined;
  constructor({ code, title, detail }: Problem) {
    super(title);
    this.name = "CallError";
    this.code = code;
    this.title = title;
    this.detail = detail;
  }
}

/** What was thrown, in words. Contentful's own errors hold JSON in their message, or are no errors at all. */
export function problemOf(thrown: unknown): Problem {
  if (thrown instanceof CallError) return thrown;
  const { message, code, name } = (typeof thrown === "object" && thrown !== null ? thrown : {}) as Readonly<
    Record<string, unknown>
  >;
  const text = typeof message === "string" ? message : typeof thrown === "string" ? thrown : "";
  const inner = parse(text);
  return {
    code: firstText(code, inner.code, name) ?? "UNKNOWN",
    title: "Contentful did not answer as expected.",
    detail: (firstText(inner.message) ?? text) || undefined,
  };
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

const firstText = (...values: readonly unknown[]) =>
  values.find((value): value is string => typeof value === "string" && value !== "");
