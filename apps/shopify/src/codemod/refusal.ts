/** Why a chain stays as it is; the keys are permanent. */
export const REFUSALS = {
  FILE_UNREADABLE: "the file cannot be parsed as Liquid",
  FILE_NOT_UTF8: "the file is not UTF-8",
  FILE_TOO_LARGE: "the file is larger than any theme file may be",
  ASSET_FILE: "files in assets cannot render snippets",
  CHAIN_UNREADABLE: "this cannot be parsed as a chain of filters",
  CONTEXT_UNKNOWN: "a chain may be rewritten where it is printed or assigned, not here",
  FILTER_UNKNOWN: "a filter behind the address may depend on what it looks like",
  ARGUMENT_UNKNOWN: "an argument that the snippet does not take",
  PICTURE_UNKNOWN: "whether this names a picture shows only when the page is made",
  PICTURE_ELSEWHERE: "the address is made in another place, so its size is not known here",
  TEXT_ADDED: "what is put before or behind the address belongs to Shopify's spelling of it",
} as const;

export type RefusalCode = keyof typeof REFUSALS;

/** A chain that stays as it is, and why. */
export interface Refusal {
  readonly code: RefusalCode;
  /** What exactly, such as the filter's name. */
  readonly detail?: string;
}
