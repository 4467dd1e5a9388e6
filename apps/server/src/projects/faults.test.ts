import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findFaults } from "../config/shape.ts";
import { locateFault } from "./faults.ts";
import { readSettings, SETTINGS_SCHEMA } from "./settings.ts";

const locate = (sentence: string, settings: unknown) =>
  locateFault(sentence, "projects.shop", settings).pointer;

describe("the place of a fault", () => {
  test.each([
    ["projects.shop.hosts[1] is 7; write a host name.", { hosts: ["a", 7] }, "/hosts/1"],
    ["projects.shop.aliases._a_ names a folder", { aliases: { _a_: {}, _a: {} } }, "/aliases/_a_"],
    ['projects.shop.aliases."_a/b_" is 1', { aliases: { "_a/b_": 1 } }, "/aliases/_a~1b_"],
    ["projects.shop.aliases._a.b_.url is missing", { aliases: { "_a.b_": {} } }, "/aliases/_a.b_/url"],
    ['projects.shop.hsots is unknown; the nearest known key is "hosts".', { hsots: [] }, "/hsots"],
    ["projects.shop is 1; write an object.", 1, ""],
    ["The host a belongs to two projects.", {}, ""],
  ])("in %j is a pointer into the settings", (sentence, settings, pointer) => {
    expect(locate(sentence, settings)).toBe(pointer);
  });

  test("of any settings leads to something that is there, or that should be", () => {
    const odd = fc.oneof(
      fc.string(),
      fc.integer(),
      fc.constant(null),
      fc.constant([1]),
      fc.constant({ a: 1 }),
    );
    const names = fc.constantFrom(
      "hosts",
      "aliases",
      "origins",
      "cache",
      "tags",
      "prefix",
      "x",
      "a.b",
      "a/b",
      "~",
    );
    const any = fc.dictionary(names, fc.oneof(odd, fc.array(odd), fc.dictionary(fc.string(), odd)));
    fc.assert(
      fc.property(any, (settings) => {
        for (const sentence of findFaults(SETTINGS_SCHEMA, settings, "projects.shop")) {
          const { pointer } = locateFault(sentence, "projects.shop", settings);
          const steps = pointer
            .split("/")
            .slice(1)
            .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
          let value: unknown = settings;
          for (const step of steps.slice(0, -1)) value = Reflect.get(value as object, step);
          expect(typeof value, `${sentence} ${pointer}`).toBe("object");
          expect(steps.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 500 },
    );
  });
});

test("settings are refused with every fault, by the checks of the file", async () => {
  const { faults } = await readSettings("shop", { hosts: ["a b"], formats: ["bmp"], apiKey: "x" }, {});
  expect(faults?.map(({ pointer }) => pointer).toSorted()).toEqual(["/apiKey", "/formats/0", "/hosts/0"]);
  const beyond = await readSettings("shop", { prefix: "ftp://x", origins: { allow: ["a:b:c"] } }, {});
  expect(beyond.faults?.map(({ pointer }) => pointer).toSorted()).toEqual(["/origins/allow/0", "/prefix"]);
  const { project } = await readSettings("shop", { hosts: ["A.example"] }, {});
  expect(project).toMatchObject({ name: "shop", hosts: ["a.example"], apiKey: undefined });
});
