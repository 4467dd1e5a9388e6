import type { CdnReads } from "@freshet/core";

/** A CDN that reads lifetimes from Cache-Control alone. */
export interface SharedOptions {
  /** It takes s-maxage out of what visitors get, so that answers may say by it how long the CDN keeps them. */
  readonly sharedMaxAge?: boolean | undefined;
}

/** Without it the CDN keeps answers as long as browsers do, since every shared cache on the way would read s-maxage too. */
export function readsShared({ sharedMaxAge = false }: SharedOptions): CdnReads {
  return sharedMaxAge ? { lifetime: "s-maxage" } : {};
}
