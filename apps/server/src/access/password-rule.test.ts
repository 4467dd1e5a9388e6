import fc from "fast-check";
import { expect, test } from "vitest";
import { faultOfPassword } from "./password-rule.ts";

const ADA = { email: "ada.lovelace@shop.example", name: "Ada Lovelace" };

test("a password of twelve characters is good without digits, capitals or signs", () => {
  for (const password of [
    "a heron stands in the reeds",
    "tomato kettle fog",
    "ñandú über straße",
    "鷺は葦の中に立っている池の端",
    "x7#kQ2vTn9pL",
    "        spaces count too",
  ]) {
    expect(faultOfPassword(password, ADA), password).toBeUndefined();
  }
});

test("what anybody would try first is refused, and the sentence says why", () => {
  for (const [password, why] of [
    ["short", "12 characters or more"],
    ["elevenchars", "12 characters or more"],
    ["x".repeat(257), "256 characters at most"],
    ["aaaaaaaaaaaa", "again and again"],
    ["abababababab", "again and again"],
    ["herons herons herons", "again and again"],
    ["abcdefghijklm", "row of characters"],
    ["zyxwvutsrqpon", "row of characters"],
    ["ada.lovelace@shop.example", "e-mail address or the name"],
    ["Ada.Lovelace1", "e-mail address or the name"],
    ["lovelace2026!", "e-mail address or the name"],
    ["Password1234", "everybody tries"],
    ["passwordpassword1", "everybody tries"],
    ["qwertyuiop12", "everybody tries"],
    ["123456789012", "everybody tries"],
    ["freshetfreshet", "again and again"],
  ] as const) {
    expect(faultOfPassword(password, ADA), password).toContain(why);
  }
});

test("a password that comes from a random generator is never refused", () => {
  const letters = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789-_";
  const random = fc.array(fc.constantFrom(...letters), { minLength: 16, maxLength: 64 });
  fc.assert(
    fc.property(
      random.filter((some) => new Set(some).size > 9),
      (some) => {
        expect(faultOfPassword(some.join(""), ADA)).toBeUndefined();
      },
    ),
  );
});

test("no text, and no name or address of a user, makes it throw", () => {
  const word = fc.string({ unit: "grapheme" });
  fc.assert(
    fc.property(word, word, word, (password, email, name) => {
      const fault = faultOfPassword(password, { email, name });
      if ([...password.normalize("NFKC")].length < 12) expect(fault).toBeDefined();
    }),
  );
});
