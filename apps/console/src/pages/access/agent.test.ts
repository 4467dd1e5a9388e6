import { expect, it } from "vitest";
import { browserOf } from "./agent.ts";

it("names browsers and systems", () => {
  const base = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)";
  expect(browserOf(`${base} Chrome/140.0.0.0 Safari/537.36`)).toBe("Chrome 140 on Linux");
  expect(browserOf(`${base} Chrome/140.0.0.0 Safari/537.36 Edg/140.0.1.2`)).toBe("Edge 140 on Linux");
  expect(browserOf("Mozilla/5.0 (Windows NT 10.0; rv:141.0) Gecko/20100101 Firefox/141.0")).toBe(
    "Firefox 141 on Windows",
  );
  const phone =
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)";
  expect(browserOf(`${phone} Version/18.5 Mobile/15E148 Safari/604.1`)).toBe("Safari 18 on iOS");
});

it("shows what it does not know, shortened", () => {
  expect(browserOf("curl/8.14.1")).toBe("curl/8.14.1");
  expect(browserOf("")).toBe("unknown");
  expect(browserOf("x".repeat(200))).toHaveLength(60);
});
