import { expect, test } from "vitest";
import { connectorAt, readAddress, readParameters } from "./place.ts";

test("the connector is where the pages come from, or where the parameters say", () => {
  const served = "https://images.example/cms/contentful/app/index.html?x";
  expect(connectorAt(served, { connector: "https://other.example" })).toBe("https://images.example/cms");
  const hosted = "https://1f2e.ctfcloud.net/";
  expect(connectorAt(hosted, { connector: "https://images.example/" })).toBe("https://images.example");
  expect(connectorAt(hosted, {})).toBeUndefined();
});

test("secrets are sent over https, or on this machine", () => {
  expect(readAddress(" https://a.example/b/ ")).toBe("https://a.example/b");
  expect(readAddress("http://localhost:8082")).toBe("http://localhost:8082");
  for (const odd of [
    "",
    "a",
    "http://a.example",
    "https://a.example/?b",
    "ftp://a.example",
    "javascript:alert(1)",
  ])
    expect(readAddress(odd), odd).toBeUndefined();
});

test("odd parameters are none", () => {
  for (const odd of [null, 1, [], { connector: 1, presets: 1 }, { presets: [1, { name: "a" }] }])
    expect(readParameters(odd).presets ?? []).toEqual([]);
});
