import { expect, it } from "vitest";
import { endpointsOf, isDeliveryUrl, targetOf } from "./target.ts";

const hosts = ["img.example:8080"];

it("takes the target of however a delivery URL is written", () => {
  for (const text of [
    "https://img.example:8080/v7/a.example/b.jpg?w=1#x",
    "//img.example:8080/v7/a.example/b.jpg?w=1",
    "img.example:8080/v7/a.example/b.jpg?w=1",
    " /v7/a.example/b.jpg?w=1 ",
    "v7/a.example/b.jpg?w=1",
  ])
    expect(targetOf(text, hosts)).toBe("/v7/a.example/b.jpg?w=1");
  expect(targetOf("https://img.example")).toBe("/");
});

it("tells delivery URLs from addresses of pictures", () => {
  for (const text of [
    "/v7/a.jpg",
    "v7/a.jpg",
    "https://any.example/v7/a.jpg",
    "https://IMG.example:8080/_a_/b.jpg",
  ])
    expect(isDeliveryUrl(text, hosts), text).toBe(true);
  for (const text of ["https://shop.example/a.jpg", "_media_/v7/a.jpg", "shop.example/v7/a.jpg", ""])
    expect(isDeliveryUrl(text, hosts), text).toBe(false);
});

it("says where delivery URLs begin, also of a project without a host of its own", () => {
  const here = (host: string, protocol = "https:") => ({ host, protocol });
  expect(endpointsOf(["img.example", "localhost:8080"], "shop", here("console.example"))).toEqual([
    "https://img.example",
    "https://localhost:8080",
  ]);
  const local = here("127.0.0.1:8080", "http:");
  expect(endpointsOf(["localhost", "127.0.0.1", "img.example", "127.0.0.1:8080"], "demo", local)).toEqual([
    ...["http://127.0.0.1:8080", "http://localhost:8080", "https://img.example"],
  ]);
  expect(endpointsOf(["img.example"], "shop", here("img.example:8443"))).toEqual([
    "https://img.example:8443",
  ]);
  expect(endpointsOf(["127.0.0.1:8080"], "shop", here("127.0.0.1:8080", "http:"))).toEqual([
    "http://127.0.0.1:8080",
  ]);
  expect(endpointsOf(["127.0.0.1:6081"], "shop", local)).toEqual(["http://127.0.0.1:6081"]);
  expect(endpointsOf([], "shop", here("freshet.example"))).toEqual(["https://shop.freshet.example"]);
  expect(endpointsOf([], "shop", here("127.0.0.1:8080", "http:"))).toEqual(["http://shop.localhost:8080"]);
  expect(endpointsOf([], "shop", here("[::1]:8080", "http:"))).toEqual(["http://shop.localhost:8080"]);
});
