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

const edge = (file: string) =>
  readFileSync(fileURLToPath(import.meta.resolve(`@freshet/cdn/edge/${file}`)), "utf8");

it("passes the same addresses uncached at Varnish", () => {
  const conditions = edge("varnish/freshet.vcl").matchAll(/req\.url ~ "\^\/\(([a-z.|\\]+)\)\(\[/g);
  const listed = [...conditions].flatMap(([, names = ""]) => names.replaceAll("\\", "").split("|"));
  expect(listed.toSorted()).toEqual([...RESERVED_SEGMENTS].toSorted());
});

it("passes the same addresses uncached at nginx", () => {
  const list = /local RESERVED = \{\}\s+for name in \("([a-z. ]+)"\)/.exec(edge("nginx/fence.conf"))?.[1];
  expect(list?.split(" ").toSorted()).toEqual([...RESERVED_SEGMENTS].toSorted());
});
