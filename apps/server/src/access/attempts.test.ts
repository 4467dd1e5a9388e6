import { expect, test } from "vitest";
import { isServerError } from "../errors.ts";
import { SignInAttempts } from "./attempts.ts";

const from = (address: string, device?: string) => ({ account: "ada@shop.example", address, device });

/** How many attempts fail before one more is refused. */
function failuresOf(attempts: SignInAttempts, attempt: Parameters<SignInAttempts["begin"]>[0]): number {
  for (let count = 0; ; count += 1) {
    try {
      attempts.begin(attempt);
    } catch (error) {
      if (!isServerError(error) || error.code !== "SIGN_IN_TOO_OFTEN") throw error;
      return count;
    }
  }
}

test("an account takes few failures, wherever they come from, and more with time", () => {
  let time = 0;
  const attempts = new SignInAttempts(() => time);
  let address = 0;
  const next = () => {
    address += 1;
    return from(`192.0.2.${address}`);
  };
  let count = 0;
  for (; ; count += 1) {
    try {
      attempts.begin(next());
    } catch (error) {
      expect(error).toMatchObject({ code: "SIGN_IN_TOO_OFTEN", retryAfterSeconds: 60 });
      break;
    }
  }
  expect(count).toBe(10);
  time += 60_000;
  expect(failuresOf(attempts, next())).toBe(1);
  // In a day that is far from what a list of passwords has.
  time += 86_400_000;
  expect(failuresOf(attempts, next())).toBeLessThan(20);
});

test("who knows the browser is not kept out by anybody else, and guesses there no faster", () => {
  const attempts = new SignInAttempts(() => 0);
  for (let each = 0; each < 200; each += 1) {
    try {
      attempts.begin(from("192.0.2.1"));
    } catch {
      // as it should be
    }
  }
  expect(() => attempts.begin(from("192.0.2.1"))).toThrow();
  expect(failuresOf(attempts, from("192.0.2.1", "a browser"))).toBe(10);
  expect(failuresOf(attempts, from("192.0.2.1", "another browser"))).toBe(10);
});

test("an address has more failures than an account, and none is counted that was none", () => {
  const attempts = new SignInAttempts(() => 0);
  const of = (account: string) => ({ account, address: "192.0.2.1", device: undefined });
  for (let each = 0; each < 100; each += 1) attempts.begin(of("ada@shop.example"))();
  let count = 0;
  for (; count < 1_000; count += 1) {
    try {
      attempts.begin(of(`${count}@shop.example`));
    } catch {
      break;
    }
  }
  expect(count).toBe(30);
});
