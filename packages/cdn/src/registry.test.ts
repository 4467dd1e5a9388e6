import { expect, test } from "vitest";
import { CDN_KINDS, createDriver, createDrivers } from "./registry.ts";

test("every node of an entry has its own driver, in the order of the configuration", () => {
  const nodes = ["http://127.0.0.1:6081", "http://127.0.0.1:6082/"];
  expect(createDriver({ driver: "varnish", nodes }).map(({ name }) => name)).toEqual([
    "varnish http://127.0.0.1:6081",
    "varnish http://127.0.0.1:6082",
  ]);
  const more = { driver: "nginx", nodes: ["http://127.0.0.1:6083"] } as const;
  expect(createDrivers([{ driver: "varnish", nodes }, more]).map(({ name }) => name)).toEqual([
    "varnish http://127.0.0.1:6081",
    "varnish http://127.0.0.1:6082",
    "nginx http://127.0.0.1:6083",
  ]);
  expect(createDrivers([])).toEqual([]);
});

test("every kind is listed", () => {
  expect(CDN_KINDS).toEqual([
    ...["akamai", "azure", "bunny", "cloudflare", "cloudfront", "cloudimage", "fastly", "google", "keycdn"],
    ...["nginx", "varnish"],
  ]);
});
