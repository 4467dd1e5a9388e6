import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pinnedPointers, pinsOf, withoutPins, withPins } from "./pins.ts";

const pinned = {
  "*": { cache: { browser: 5 }, origins: { allowPrivate: false } },
  shop: {
    cache: { revalidate: 60 },
    aliases: { _dam_: { url: "https://dam.example", user: "u", password: "secret" } },
  },
};
const pins = pinsOf({ pinned }, "shop");

describe("what the configuration file pins", () => {
  test("is what it says of all projects, and over it what it says of one", () => {
    expect(pins).toEqual({ ...pinned["*"], ...pinned.shop, cache: { browser: 5, revalidate: 60 } });
    expect(pinsOf({ pinned }, "other")).toEqual(pinned["*"]);
    expect(pinsOf({ pinned }, "constructor")).toEqual(pinned["*"]);
    expect(pinsOf({}, "shop")).toEqual({});
  });

  test("stands in the place of what is saved, member by member; what an alias stands for is one thing", () => {
    const saved = {
      cache: { browser: 9, cdn: 7 },
      aliases: { _dam_: { s3: { bucket: "b", region: "r" } }, _site_: "https://site.example" },
    };
    expect(withPins(saved, pins)).toEqual({
      cache: { browser: 5, cdn: 7, revalidate: 60 },
      aliases: { _dam_: pinned.shop.aliases._dam_, _site_: "https://site.example" },
      origins: { allowPrivate: false },
    });
    expect(pinnedPointers(pins)).toEqual([
      ...["/cache/browser", "/cache/revalidate", "/origins/allowPrivate", "/aliases/_dam_"],
    ]);
  });

  test("is not saved when what was shown comes back, and cannot be changed", () => {
    const shown = {
      cache: { browser: 5, cdn: 7, revalidate: 60 },
      aliases: { _dam_: { url: "https://dam.example", user: "u", password: "********" } },
      origins: { allowPrivate: false },
    };
    expect(withoutPins(shown, pins)).toEqual({ settings: { cache: { cdn: 7 } }, faults: [] });
    const { faults } = withoutPins({ ...shown, cache: { browser: 6 } }, pins);
    expect(faults).toEqual([
      {
        pointer: "/cache/browser",
        sentence: "cache.browser is pinned by the configuration file; change it there.",
      },
    ]);
  });

  test("comes back whatever is sent without it, and nothing else is lost", () => {
    const settings = fc.record(
      {
        cache: fc.record({ cdn: fc.nat(), perUrl: fc.nat() }, { requiredKeys: [] }),
        hosts: fc.array(fc.string()),
        aliases: fc.dictionary(fc.string(), fc.string()),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(settings, fc.anything()), (sent) => {
        const { settings: rest, faults } = withoutPins(withPins(sent, pins), pins);
        expect(faults).toEqual([]);
        expect(withPins(rest, pins)).toEqual(withPins(sent, pins));
      }),
    );
  });
});
