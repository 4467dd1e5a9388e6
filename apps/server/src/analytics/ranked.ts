import { NAME_KINDS, type NameKind } from "./names.ts";

/** What may be ranked. */
export const RANKED = {
  urls: NAME_KINDS.url,
  originals: NAME_KINDS.original,
  referrers: NAME_KINDS.referrer,
  errors: NAME_KINDS.failing,
} as const satisfies Readonly<Record<string, NameKind>>;
export type Ranked = keyof typeof RANKED;
