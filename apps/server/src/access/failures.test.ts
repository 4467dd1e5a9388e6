import fc from "fast-check";
import { expect, test } from "vitest";
import { Failures, networkOf } from "./failures.ts";

test("an address that sent many wrong keys has none left for a while, and no other address suffers", () => {
  let time = 0;
  const failures = new Failures(() => time);
  let sent = 0;
  for (; !failures.isSpent("192.0.2.1"); sent += 1) failures.add("192.0.2.1");
  expect(sent).toBeGreaterThan(5);
  expect(failures.isSpent("192.0.2.2")).toBe(false);
  time += 1_000;
  expect(failures.isSpent("192.0.2.1")).toBe(false);
  failures.add("192.0.2.1");
  expect(failures.isSpent("192.0.2.1")).toBe(true);
  // A clock that went back gives nothing and takes nothing.
  time -= 60_000;
  expect(failures.isSpent("192.0.2.1")).toBe(true);
  time += 3_600_000;
  for (let again = 0; again < sent; again += 1) {
    expect(failures.isSpent("192.0.2.1")).toBe(false);
    failures.add("192.0.2.1");
  }
});

test("addresses of IPv6 count by their first 64 bits, however they are written", () => {
  expect(networkOf("2001:db8::1")).toBe(networkOf("2001:0db8:0:0:ffff::9"));
  expect(networkOf("2001:db8::1%eth0")).toBe("2001:db8:0:0");
  expect(networkOf("2001:db8:0:1::1")).not.toBe(networkOf("2001:db8::1"));
  expect(networkOf("::1")).toBe("0:0:0:0");
  expect(networkOf("::ffff:192.0.2.1")).not.toBe(networkOf("::ffff:192.0.2.2"));
  fc.assert(
    fc.property(fc.ipV6(), fc.ipV6(), (one, other) => {
      const whole = (address: string) => new URL(`http://[${address}]`).hostname;
      if (whole(one) === whole(other)) expect(networkOf(one)).toBe(networkOf(other));
      expect(networkOf(one).length).toBeGreaterThan(0);
    }),
  );
  fc.assert(fc.property(fc.string(), (text) => void networkOf(text)));
});
