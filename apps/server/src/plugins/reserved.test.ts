import { expect, it } from "vitest";
import { isReserved } from "./reserved.ts";

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
