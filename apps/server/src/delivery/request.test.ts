import { expect, test } from "vitest";
import { projectOf } from "../projects/project.test.support.ts";
import { ORIGIN_DEFAULTS, type Project } from "../projects/project.ts";
import { createProjects } from "../projects/projects.ts";
import { Secret } from "../secrets/secret.ts";
import { lifetimeOf } from "./lifetime.ts";
import { DeliveryRequests } from "./request.ts";

const projectWith = (value: string): Project =>
  projectOf({
    hosts: ["a.example", "b.example"],
    aliases: { _a_: { url: "https://h.example" } },
    origins: { ...ORIGIN_DEFAULTS, headers: [{ name: "x-told", value: new Secret(value) }] },
  });
const requestsOf = (value: string) => new DeliveryRequests(createProjects([projectWith(value)]));

test("a URL whose origin is told of the visitor is read anew for each of them, and its answer kept nowhere", () => {
  const requests = requestsOf("{{req.ip}}");
  const read = (address: string) => requests.read("a.example", "/v7/_a_/a.jpg", address).original;
  expect(read("192.0.2.1").recordKey).not.toBe(read("192.0.2.2").recordKey);
  expect(requests.peek("a.example", "/v7/_a_/a.jpg")).toBeUndefined();
  const { isForOne } = read("192.0.2.1");
  const answer = { trust: "exact", covered: false, doubtful: undefined, findable: true, isForOne } as const;
  expect(lifetimeOf(answer, { browser: 60, cdn: 60, revalidate: 60 })).toEqual({
    cacheControl: "no-store",
    cdnCacheControl: "no-store",
    keep: false,
  });
});

test("a URL whose origin is told of the host alone is remembered, for each host", () => {
  const requests = requestsOf("{{header.host}}");
  const read = (host: string) => requests.read(host, "/v7/_a_/a.jpg", "192.0.2.1");
  expect(read("a.example").original.recordKey).not.toBe(read("B.example").original.recordKey);
  expect(requests.peek("a.example", "/v7/_a_/a.jpg")?.request).toBe(read("a.example"));
});

test("of URLs that are asked for once a thousand or so are remembered, and all that are asked for again", () => {
  const requests = requestsOf("told");
  const ask = (name: string) => {
    const target = `/v7/_a_/${name}.jpg`;
    const isKnown = requests.peek("a.example", target) !== undefined;
    // A request that is not answered from memory comes here several times.
    for (let time = 0; time < 3; time += 1) requests.read("a.example", target);
    return isKnown;
  };
  const knownOf = (name: string, count: number) =>
    Array.from({ length: count }, (_, at) => ask(`${name}-${at}`)).filter(Boolean).length;
  expect([knownOf("loved", 500), knownOf("loved", 500)]).toEqual([0, 500]);
  expect(knownOf("passing", 5_000)).toBe(0);
  expect(knownOf("loved", 500)).toBe(500);
  // Whose key is known enters among those that stay.
  expect(knownOf("passing", 5_000)).toBeLessThan(1_300);
  expect(knownOf("passing", 5_000)).toBe(5_000);
});
