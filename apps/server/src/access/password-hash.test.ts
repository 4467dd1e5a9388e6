import fc from "fast-check";
import { expect, test } from "vitest";
import { createPasswordHashes } from "./password-hash.ts";

const hashes = createPasswordHashes();

test("a hash is Argon2id with OWASP's cost, another one each time, and tells its password from others", async () => {
  const [one, other] = await Promise.all([
    hashes.make("tomato kettle fog"),
    hashes.make("tomato kettle fog"),
  ]);
  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  expect(other).not.toBe(one);
  expect(await hashes.isRight("tomato kettle fog", one)).toBe(true);
  expect(await hashes.isRight("Tomato kettle fog", one)).toBe(false);
  expect(hashes.isOld(one)).toBe(false);
});

test("one letter written in two ways is one password", async () => {
  const hash = await hashes.make("caf\u00e9 au lait tonight");
  expect(await hashes.isRight("cafe\u0301 au lait tonight", hash)).toBe(true);
});

test("hashes that others made by the same algorithm are read, and made anew where they were cheap", async () => {
  // Of the reference implementation: echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1
  const reference = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
  expect(await hashes.isRight("password", reference)).toBe(true);
  expect(await hashes.isRight("passwort", reference)).toBe(false);
  expect(hashes.isOld(reference)).toBe(false);
  expect(hashes.isOld(reference.replace("m=65536", "m=4096"))).toBe(true);
});

test("nobody's hash, and one that is none or would cost too much, fits no password", async () => {
  const damaged = [
    "",
    "x",
    "$argon2id$v=19$m=9999999,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
  ];
  for (const hash of [null, ...damaged]) expect(await hashes.isRight("password", hash)).toBe(false);
  await fc.assert(
    fc.asyncProperty(fc.string(), async (text) => {
      expect(await hashes.isRight("tomato kettle fog", text)).toBe(false);
    }),
    { numRuns: 10 },
  );
});

test("who is not there is refused after the same work as who is", async () => {
  const hash = await hashes.make("tomato kettle fog");
  const time = async (kept: string | null) => {
    const times: number[] = [];
    for (let each = 0; each < 7; each += 1) {
      const begun = performance.now();
      await hashes.isRight("some other password", kept);
      times.push(performance.now() - begun);
    }
    return Math.min(...times);
  };
  const [there, nobody] = [await time(hash), await time(null)];
  expect(nobody).toBeGreaterThan(there / 3);
  expect(nobody).toBeLessThan(there * 3);
});

test("beyond those that wait already, somebody is told to come again", async () => {
  const all = await Promise.allSettled(Array.from({ length: 60 }, () => hashes.make("tomato kettle fog")));
  const refused = all.filter(({ status }) => status === "rejected");
  expect(refused).toHaveLength(8);
  expect(refused[0]).toMatchObject({ reason: { code: "SIGN_IN_TOO_OFTEN" } });
  expect(await hashes.make("tomato kettle fog")).toContain("$argon2id$");
});
