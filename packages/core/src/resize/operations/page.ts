import type { Apply } from "./apply.ts";

/** From there on it is a picture like any other. */
export const page: Apply<"page"> = (picture, { doc_page = 1 }) => ({ ...picture, documentPage: doc_page });
