import { parameter } from "../codec.ts";
import { pixels } from "../codecs/number.ts";
import { defineOperation } from "../operation.ts";

const LAST = 10_000;

/** Chooses what of a document is shown. */
export const page = defineOperation("page", {
  doc_page: parameter(
    { ...pixels(LAST), expected: `a page number from 1 to ${LAST}` },
    {
      summary:
        "Page of a PDF, counted from 1. One that the document has not answers 404, with the number of its pages. Of other originals it says nothing.",
      example: "2",
      neutral: "1",
    },
  ),
});
