import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { errorCodeOf, readListing } from "./documents.ts";

const escaped = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&#34;");

describe("a listing", () => {
  it("gives back every key and size, whatever characters the keys have", () => {
    const object = fc.record({
      key: fc.string({ unit: "grapheme", minLength: 1 }).filter((key) => key.isWellFormed()),
      size: fc.nat(),
    });
    fc.assert(
      fc.property(fc.array(object), fc.boolean(), (objects, isEncoded) => {
        const entries = objects.map(({ key, size }) => {
          const written = isEncoded ? encodeURIComponent(key).replaceAll("%20", "+") : escaped(key);
          return `<Contents><Key>${written}</Key><ETag>&quot;e&quot;</ETag><Size>${size}</Size></Contents>`;
        });
        const encoding = isEncoded ? "<EncodingType>url</EncodingType>" : "";
        const xml = `<ListBucketResult>${encoding}<IsTruncated>false</IsTruncated>${entries.join("\n")}</ListBucketResult>`;
        const listing = readListing(xml);
        expect(listing?.objects.map(({ key, size }) => ({ key, size }))).toEqual(objects);
        expect(listing?.next).toBeUndefined();
        for (const { etag } of listing?.objects ?? []) expect(etag).toBe('"e"');
      }),
    );
  });

  it("says where it goes on, and is unreadable when it is cut without saying", () => {
    const cut = (token: string) =>
      readListing(`<ListBucketResult><IsTruncated>true</IsTruncated>${token}</ListBucketResult>`);
    expect(cut("<NextContinuationToken>a&amp;b</NextContinuationToken>")?.next).toBe("a&b");
    expect(cut("")).toBeUndefined();
  });

  it("is unreadable, and nothing worse, whatever text comes", () => {
    const pieces = fc.constantFrom(
      "<ListBucketResult>",
      "<Contents>",
      "</Contents>",
      "<Key>",
      "</Key>",
      "%E0",
    );
    const noise = fc.array(fc.oneof(pieces, fc.string())).map((parts) => parts.join(""));
    fc.assert(
      fc.property(noise, (xml) => {
        expect(["undefined", "object"]).toContain(typeof readListing(xml));
        expect(["undefined", "string"]).toContain(typeof errorCodeOf(xml));
      }),
    );
  });
});

describe("an error document", () => {
  it("gives its code and no other text", () => {
    const code = (text: string) => errorCodeOf(`<Error><Code>${text}</Code><Message>m</Message></Error>`);
    expect(code("NoSuchKey")).toBe("NoSuchKey");
    expect(code("a secret with spaces")).toBeUndefined();
    expect(errorCodeOf("<html>Bad gateway</html>")).toBeUndefined();
  });
});
