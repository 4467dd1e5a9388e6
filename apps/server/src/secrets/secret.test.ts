import { inspect } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Secret } from "./secret.ts";

test("a secret shows itself nowhere but where it is revealed", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 4 }), (text) => {
      fc.pre(!"Secret {} [object *** text".includes(text));
      const secret = new Secret(text);
      const holder = { at: { secret }, list: [secret] };
      const shown = [
        JSON.stringify(holder),
        inspect(holder, { depth: 9, showHidden: true, getters: false }),
        `${secret}`,
        String(Object.entries(secret)),
        new Error(`${secret}`).stack?.split("\n")[0] ?? "",
      ];
      for (const each of shown) expect(each.includes(text), each).toBe(false);
      expect(secret.reveal()).toBe(text);
    }),
  );
});

test("two secrets are told apart by their fingerprints", () => {
  expect(new Secret("a").fingerprint).toBe(new Secret("a").fingerprint);
  expect(new Secret("a").fingerprint).not.toBe(new Secret("b").fingerprint);
});
