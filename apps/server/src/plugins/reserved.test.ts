import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { isReserved, RESERVED_SEGMENTS } from "./reserved.ts";

it("keeps the server's own addresses from being read as originals, and nothing else", () => {
  for (const path of ["/", "/?a=1", "/invalidate", "/invalidate/1f", "/livez?x", "/demo", "/favicon.ico"]) {
    expect(isReserved(path), path).toBe(true);
  }
  for (const path of [
    "/v7/demo/a.jpg",
    "/demo.jpg",
    "/_sample_/a.jpg",
    "//metrics",
    "/v7/invalidate",
    "/h/demo",
  ]) {
    expect(isReserved(path), path).toBe(false);
  }
});

it("passes the same addresses uncached at the edge", () => {
  const vcl = readFileSync(
    fileURLToPath(import.meta.resolve("@freshet/cdn/edge/varnish/freshet.vcl")),
    "utf8",
  );
  const listed = [...vcl.matchAll(/req\.url ~ "\^\/\(([a-z.|\\]+)\)\(\[/g)].flatMap(([, names = ""]) =>
    names.split("|"),
  );
  expect(listed.map((name) => name.replaceAll("\\", "")).toSorted()).toEqual(
    [...RESERVED_SEGMENTS].toSorted(),
  );
});
