import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lifetimeOf } from "./lifetime.ts";

const cache = { browser: 60, cdn: 31_536_000, revalidate: 86_400 };
const plain = { trust: "known", covered: false, doubtful: undefined, findable: true } as const;

describe("lifetimeOf", () => {
  it("gives a plain answer a minute in browsers and the project's time on CDN nodes", () => {
    expect(lifetimeOf(plain, cache)).toEqual({
      cacheControl: "public, max-age=60",
      cdnCacheControl: "max-age=31536000",
      keep: true,
    });
  });

  it("makes only a version that is true to the bytes immutable", () => {
    expect(lifetimeOf({ ...plain, trust: "exact" }, cache).cacheControl).toBe(
      "public, max-age=31536000, immutable",
    );
  });

  it("keeps what nobody confirmed and what an invalidation overtook nowhere", () => {
    for (const answer of [
      { ...plain, trust: "unconfirmed" } as const,
      { ...plain, trust: "exact", covered: true } as const,
    ]) {
      expect(lifetimeOf(answer, cache)).toEqual({
        cacheControl: "no-store",
        cdnCacheControl: "no-store",
        keep: false,
      });
    }
  });

  it("lets nodes keep a first answer for a while, and browsers as long as any that is the same picture", () => {
    const first = { cdn: 600 };
    expect(lifetimeOf({ ...plain, first }, cache)).toEqual({
      cacheControl: "public, max-age=60",
      cdnCacheControl: "max-age=600",
      keep: true,
    });
    expect(lifetimeOf({ ...plain, trust: "exact", first }, cache)).toMatchObject({
      cacheControl: "public, max-age=31536000, immutable",
      cdnCacheControl: "max-age=600",
    });
    expect(lifetimeOf({ ...plain, first }, { ...cache, cdn: 60 }).cdnCacheControl).toBe("max-age=60");
    // A better answer that is another picture is one for browsers too.
    expect(lifetimeOf({ ...plain, trust: "exact", first: { cdn: 60, browser: 30 } }, cache)).toMatchObject({
      cacheControl: "public, max-age=30",
      cdnCacheControl: "max-age=60",
    });
  });

  it("lets no node keep what it could not find again", () => {
    expect(lifetimeOf({ ...plain, findable: false }, cache)).toEqual({
      cacheControl: "public, max-age=60",
      cdnCacheControl: "no-store",
      keep: true,
    });
    expect(lifetimeOf({ ...plain, trust: "unmatched", findable: false }, cache).cdnCacheControl).toBe(
      "no-store",
    );
  });

  it("keeps an answer under another picture's version at most 10 s everywhere", () => {
    expect(lifetimeOf({ ...plain, trust: "unmatched" }, cache)).toEqual({
      cacheControl: "public, max-age=10",
      cdnCacheControl: "max-age=10",
      keep: false,
    });
  });

  it("keeps an answer that an older cache may have given while its record lives, and never longer than the project says", () => {
    expect(lifetimeOf({ ...plain, trust: "exact", doubtful: 5 }, cache)).toEqual({
      cacheControl: "public, max-age=5",
      cdnCacheControl: "max-age=5",
      keep: false,
    });
    expect(lifetimeOf({ ...plain, doubtful: 0 }, cache).cdnCacheControl).toBe("max-age=0");
    expect(lifetimeOf({ ...plain, doubtful: 5 }, { ...cache, browser: 0 }).cacheControl).toBe(
      "public, max-age=0",
    );
  });

  it("takes what a URL asks for, for browsers and nodes, as far as the project lets it", () => {
    expect(lifetimeOf({ ...plain, wish: 300 }, cache)).toEqual({
      cacheControl: "public, max-age=300",
      cdnCacheControl: "max-age=300",
      keep: true,
    });
    expect(lifetimeOf({ ...plain, wish: 5e8 }, cache).cacheControl).toBe("public, max-age=86400");
    expect(lifetimeOf({ ...plain, wish: 300 }, { ...cache, perUrl: 7 }).cdnCacheControl).toBe("max-age=7");
    expect(lifetimeOf({ ...plain, wish: 300 }, { ...cache, perUrl: 0 }).cacheControl).toBe(
      "public, max-age=60",
    );
    expect(lifetimeOf({ ...plain, trust: "exact", wish: 5 }, cache).cacheControl).toBe("public, max-age=5");
  });

  it("calls nothing immutable that another setting would change", () => {
    expect(lifetimeOf({ ...plain, trust: "exact", bySettings: true }, cache)).toEqual({
      cacheControl: "public, max-age=60",
      cdnCacheControl: "max-age=31536000",
      keep: true,
    });
  });

  it("lets no wish lift a rule, and nothing outlive its end", () => {
    const seconds = fc.nat({ max: 40_000_000 });
    const answer = fc.record({
      trust: fc.constantFrom("exact", "known", "unmatched", "unconfirmed" as const),
      covered: fc.boolean(),
      doubtful: fc.option(fc.nat({ max: 20 }), { nil: undefined }),
      findable: fc.boolean(),
      wish: fc.option(seconds, { nil: undefined }),
      left: fc.option(seconds, { nil: undefined }),
      bySettings: fc.boolean(),
    });
    fc.assert(
      fc.property(answer, fc.nat({ max: 90_000 }), (each, perUrl) => {
        const asked = lifetimeOf(each, { ...cache, perUrl });
        const plainly = lifetimeOf({ ...each, wish: undefined, left: undefined }, cache);
        const ages = [asked.cacheControl, asked.cdnCacheControl].map((text) =>
          Number(/max-age=(\d+)/.exec(text)?.[1] ?? 0),
        );
        for (const age of ages) expect(age).toBeLessThanOrEqual(each.left ?? Number.POSITIVE_INFINITY);
        if (plainly.cacheControl === "no-store") expect(asked).toEqual(plainly);
        if (plainly.cdnCacheControl === "no-store") expect(asked.cdnCacheControl).toBe("no-store");
        if (each.trust === "unmatched" || each.doubtful !== undefined)
          expect(Math.max(...ages)).toBeLessThanOrEqual(10);
        if (each.left !== undefined) expect(asked.keep).toBe(false);
      }),
    );
  });
});
