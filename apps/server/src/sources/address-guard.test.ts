import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mayConnect } from "./address-guard.ts";

const PRIVATE = [
  ["127.0.0.1", "127.255.255.254", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"],
  ["::1", "fc00::1", "fd00:ec2::254", "fe80::1", "::ffff:127.0.0.1", "::ffff:a9fe:a9fe", "::ffff:10.0.0.1"],
].flat();

const NEVER = [
  ["0.0.0.0", "0.1.2.3", "255.255.255.255", "224.0.0.1", "240.0.0.1", "192.0.2.1", "198.18.0.1"],
  ["::", "::127.0.0.1", "::7f00:1", "64:ff9b::7f00:1", "64:ff9b:1::a00:1", "2002:7f00:1::", "2001:0:1::1"],
  [
    "ff02::1",
    "fec0::1",
    "100::1",
    "::ffff:0:127.0.0.1",
    "::ffff:0.0.0.0",
    "2001:db8::1",
    "5f00::1",
    "4000::1",
  ],
  ["", "localhost", "example.com", "1.2.3.4.5", "g::1"],
].flat();

const PUBLIC = ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "2a00:1450:4001::8a", "::ffff:1.1.1.1"];

describe("which addresses may be connected to", () => {
  test.each(PUBLIC)("%s may, always", (address) => {
    expect([mayConnect(address, "public"), mayConnect(address, "private")]).toEqual([true, true]);
  });

  test.each(PRIVATE)("%s may only where private networks are open", (address) => {
    expect([mayConnect(address, "public"), mayConnect(address, "private")]).toEqual([false, true]);
  });

  test.each(NEVER)("%j never may", (address) => {
    expect([mayConnect(address, "public"), mayConnect(address, "private")]).toEqual([false, false]);
  });

  test("no text makes it throw, and an address in IPv6 clothes is judged as the IPv4 address it is", () => {
    fc.assert(fc.property(fc.string(), (text) => typeof mayConnect(text, "public") === "boolean"));
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(mayConnect(`::ffff:${address}`, "public")).toBe(mayConnect(address, "public"));
        expect(mayConnect(`::${address}`, "private")).toBe(address === "0.0.0.1");
        expect(mayConnect(`64:ff9b::${address}`, "private")).toBe(false);
      }),
    );
  });
});
