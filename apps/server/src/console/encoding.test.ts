import fc from "fast-check";
import { expect, it } from "vitest";
import { acceptedEncodings } from "./encoding.ts";

const names = (header: string | undefined) => acceptedEncodings(header).map(({ name }) => name);

it("gives what is accepted, the smaller first", () => {
  expect(names("gzip, deflate, br, zstd")).toEqual(["br", "gzip"]);
  expect(names("gzip")).toEqual(["gzip"]);
  expect(names("*")).toEqual(["br", "gzip"]);
});

it("gives nothing that is refused or not named", () => {
  expect(names(undefined)).toEqual([]);
  expect(names("identity")).toEqual([]);
  expect(names("br;q=0, GZIP; Q=0.5")).toEqual(["gzip"]);
  expect(names("gzip;q=0, *")).toEqual(["br"]);
});

it("reads any header", () => {
  fc.assert(fc.property(fc.string(), (header) => void acceptedEncodings(header)));
});
