import { buildDeliveryUrl, readTransformation } from "@freshet/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readLook, withValue, writeLook } from "./look.ts";
import { lookOf, looks, values } from "./looks.test.support.ts";

const all = { v7: true, keepsNeutral: true };

describe("a look", () => {
  it("is the same when its URL is read back, whatever was asked", () => {
    fc.assert(
      fc.property(looks, fc.boolean(), (look, v7) => {
        const found = readLook(writeLook(look, { v7, keepsNeutral: true }));
        expect(found?.notes).toEqual([]);
        // The original's own query takes its one spelling when it is read first.
        const once = found && writeLook(found.look, { v7, keepsNeutral: true });
        const again = readLook(once ?? "")?.look;
        expect(again && writeLook(again, { v7, keepsNeutral: true })).toBe(once);
        expect(found?.look).toMatchObject({
          values: look.values,
          preset: look.preset,
          cacheSeconds: look.cacheSeconds,
          version: look.version,
        });
      }),
    );
  });

  it("is written as the builder of @freshet/core writes it", () => {
    fc.assert(
      fc.property(values, fc.constantFrom(undefined, "17"), (wish, version) => {
        const original = "https://shop.example/hat.jpg";
        const pairs = Object.entries(wish).map(([name, value]) => ({ raw: "", name, value }));
        const { transformation } = readTransformation(pairs);
        expect(writeLook({ ...lookOf(original, wish), version })).toBe(
          buildDeliveryUrl("", original, transformation, { version }),
        );
      }),
    );
  });

  it("says what is made of a video where there is one", () => {
    const wish = { w: "400", format: "poster", t: "2" };
    expect(writeLook(lookOf("_a_/b.mp4", wish))).toBe("/v7/_a_/b.mp4?w=400&format=poster&t=2");
    expect(readLook("/v7/_a_/b.mp4?w=400&format=poster&t=2")?.look.values).toEqual(wish);
    expect(writeLook(lookOf("_a_/b.jpg", wish))).toBe("/v7/_a_/b.jpg?w=400");
  });

  it("keeps what asks for nothing only where something else may ask", () => {
    const look = lookOf("_a_/b.jpg", { func: "crop", w: "400" });
    expect(writeLook(look)).toBe("/v7/_a_/b.jpg?w=400");
    expect(writeLook(look, all)).toBe("/v7/_a_/b.jpg?w=400&func=crop");
    expect(writeLook(look, { v7: false, keepsNeutral: false })).toBe("/_a_/b.jpg?w=400");
  });

  it("has a value taken away by what cannot be read, and by nothing", () => {
    const look = withValue(lookOf("a"), "w", "400");
    expect(look.values).toEqual({ w: "400" });
    expect(withValue(look, "w", "wide").values).toEqual({});
    expect(withValue(look, "w", undefined).values).toEqual({});
    expect(withValue(look, "__proto__", "1").values).toEqual({ w: "400" });
  });
});

describe("a pasted URL", () => {
  it("is read with aliases of parameters, duplicates, filters and strangers", () => {
    expect(
      readLook("/v7/h.example/a.jpg?width=1&w=300&f=blur:4,gray&x9=1&p=small&ci_cache=060&vh=7"),
    ).toEqual({
      look: {
        original: "h.example/a.jpg?x9=1",
        values: { w: "300", gray: "1", blur: "4" },
        preset: "small",
        cacheSeconds: "60",
        version: "7",
      },
      notes: [],
    });
  });

  it("says what of it was left out", () => {
    const notes = readLook("/v7/h.example/a.jpg?w=no&fr_sig=abc&ci_eqs=aD0yMDA")?.notes ?? [];
    expect(notes.join(" ")).toMatch(
      /signature holds for the URL.*sealed.*w=no was not followed: write a number/,
    );
    expect(readLook("/v7/h.example/a.jpg?ci_eqs=aD0yMDA&h=9")?.look.values).toEqual({ h: "200" });
  });

  it("of the older form is read where the project understands it", () => {
    expect(readLook("/width/400/n/h.example/a.jpg", { v6: true })?.look).toEqual(
      lookOf("h.example/a.jpg", { w: "400" }),
    );
    expect(readLook("/width/400/n/h.example/a.jpg")?.look.original).toBe("width/400/n/h.example/a.jpg");
  });

  it("never breaks anything", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const found = readLook(`/${text}`);
        if (found) expect(typeof writeLook(found.look)).toBe("string");
      }),
    );
    expect(readLook("/v7/")).toBeUndefined();
  });
});
