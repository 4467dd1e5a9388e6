import fc from "fast-check";
import { expect, it, test } from "vitest";
import { isPrivateAddress } from "./private-address.ts";

test.each([
  "http://127.0.0.1:8080/media",
  "10.1.2.3",
  "//192.168.0.5/x",
  "https://172.16.0.1",
  "172.31.255.255/a",
  "169.254.1.1",
  "localhost",
  " http://LOCALHOST:81/ ",
  "http://2130706433",
  "http://[::1]:80/",
  "http://[fd00::1]/",
  "http://[fe80::1]/",
  "http://[::ffff:10.0.0.1]/",
])("%s is behind the server", (address) => {
  expect(isPrivateAddress(address)).toBe(true);
});

test.each([
  "",
  "https://10.example.com",
  "https://127.shop.example/media",
  "localhost.shop.example",
  "https://192.168.shop.example",
  "https://[2001:db8::1]/media",
  "https://[::ffff:8.8.8.8]/",
  "172.32.0.1",
  "8.8.8.8",
  "https://shop.example/10.0.0.1",
  "https://10.0.0.1@shop.example",
  "http://",
])("%s is not", (address) => {
  expect(isPrivateAddress(address)).toBe(false);
});

it("takes no name for an address, and breaks on nothing", () => {
  fc.assert(
    fc.property(fc.domain(), fc.string(), (name, text) => {
      expect(isPrivateAddress(`https://10.${name}/x`)).toBe(false);
      isPrivateAddress(text);
    }),
  );
});
