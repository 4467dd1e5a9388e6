/** URLs of one list. */
export const MOST_URLS = 10_000;
/** Bytes of one list, whatever its form; the error table says the same. */
export const MOST_BYTES = 8 * 2 ** 20;
/** URLs of one project that are kept, with what became of them: those that wait and those that ended. */
export const MOST_KEPT = 200_000;
/** Milliseconds for which a warm-up and its results are kept. */
export const KEPT_MS = 5 * 86_400_000;
/** Of a URL that was refused so much is kept: it may be anything. */
export const LONGEST_REFUSED = 500;
/** Characters of what a warm-up is for. */
export const LONGEST_DESCRIPTION = 500;
