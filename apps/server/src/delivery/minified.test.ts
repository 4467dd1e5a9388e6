import { expect, test } from "vitest";
import type { Variants } from "../cache/variants.ts";
import { ServerError } from "../errors.ts";
import { minifiedOf as choose, isLeftAsItIs, minifiedBytes } from "./minified.ts";
import type { DeliveryRequest } from "./request.ts";
import type { Sources } from "./sources.ts";

/** Where the program lies; nothing here starts it. */
const minifiedOf = (of: DeliveryRequest, from: Sources) => choose(of, from, "/somewhere/esbuild");

const request = (name: string, minify = true) =>
  ({
    project: { minify },
    original: { name },
    url: { transformation: { resize: { func: "proxy" } } },
  }) as unknown as DeliveryRequest;
const sources = (mediaType: string, size = 100) =>
  ({ digests: ["d"], mediaType, size }) as unknown as Sources;

test.each([
  ["a.css", "text/css", "css", false],
  ["a.js", "application/octet-stream", "js", true],
  ["a", "application/x-javascript; charset=utf-8", "js", true],
  ["a.css", "text/css; charset=us-ascii", "css", false],
])("%s that is %s is minified as %s", (name, type, language, isUtf8) => {
  expect(minifiedOf(request(name), sources(type))).toMatchObject({ kind: "minified", language, isUtf8 });
});

test.each([
  ["a.min.js", "text/javascript"],
  ["a.MIN.css", "text/css"],
  ["a.css", "text/css; charset=iso-8859-1"],
  ["a.json", "application/json"],
  ["a.html", "text/html"],
])("%s that is %s is not", (name, type) => {
  expect(minifiedOf(request(name), sources(type))).toBeUndefined();
});

test("nothing is where the project does not ask for it or it is large", () => {
  const css = sources("text/css");
  expect(minifiedOf(request("a.css", false), css)).toBeUndefined();
  expect(minifiedOf(request("a.css"), sources("text/css", 2_000_001))).toBeUndefined();
  expect(minifiedOf(request("a.css"), css)).toBeDefined();
  // The optional package is not installed.
  expect(choose(request("a.css"), css, null)).toBeUndefined();
});

test("where there is no room for it, or it cannot be started, the file comes as it is; who has gone gets nothing", async () => {
  const choice = minifiedOf(request("a.css"), sources("text/css"));
  if (!choice) throw new Error("It is one.");
  const of = { digest: "d", bytesOf: async () => undefined };
  const fails = (error: Error) =>
    minifiedBytes({ make: () => Promise.reject(error) } as unknown as Variants, choice, of);
  for (const error of [new ServerError("SERVER_BUSY"), new Error("EAGAIN")])
    expect(await fails(error)).toMatchObject({ bytes: expect.toSatisfy(isLeftAsItIs), isForNow: true });
  await expect(fails(new ServerError("CLIENT_GONE"))).rejects.toMatchObject({ code: "CLIENT_GONE" });
});
