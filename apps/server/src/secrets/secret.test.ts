import { inspect } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Secret } from "./secret.ts";

/** Everything that shows it without being asked to reveal it. */
function shownOf(secret: Secret): readonly string[] {
  const holder = { at: { secret }, list: [secret] };
  return [
    JSON.stringify(holder),
    inspect(holder, { depth: 9, showHidden: true, getters: false }),
    `${secret}`,
    String(Object.entries(secret)),
    new Error(`${secret}`).stack?.split("\n")[0] ?? "",
  ];
}

test("a secret shows itself nowhere but where it is revealed", () => {
  const other = shownOf(new Secret("something else"));
  fc.assert(
    fc.property(fc.string(), (text) => {
      const secret = new Secret(text);
      // What is around it may hold the same letters; two secrets that look alike tell nothing.
      expect(shownOf(secret)).toEqual(other);
      expect(secret.reveal()).toBe(text);
    }),
  );
});

test("two secrets are told apart by their fingerprints", () => {
  expect(new Secret("a").fingerprint).toBe(new Secret("a").fingerprint);
  expect(new Secret("a").fingerprint).not.toBe(new Secret("b").fingerprint);
});
