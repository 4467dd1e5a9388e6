import { describe, expect, test } from "vitest";
import { projectOf } from "./project.test.support.ts";
import type { Project } from "./project.ts";
import { createProjects } from "./projects.ts";

const project = (name: string, hosts: readonly string[] = []): Project =>
  projectOf({
    name,
    apiKey: `key of ${name}`,
    hosts,
  });

const shop = project("shop", ["img.shop.example", "127.0.0.1:8081"]);
const blog = project("blog");
const both = createProjects([shop, blog]);

describe("the project of a request", () => {
  test.each([
    ["shop.images.example", "shop"],
    ["BLOG.images.example:8080", "blog"],
    ["blog", "blog"],
    ["img.shop.example", "shop"],
    ["img.shop.example.:443", "shop"],
    ["127.0.0.1:8081", "shop"],
    ["127.0.0.1:8082", undefined],
    ["shopping.example", undefined],
    ["", undefined],
    [undefined, undefined],
    ["__proto__", undefined],
  ])("by the host %j is %j", (host, name) => {
    expect(both.byHost(host)?.name).toBe(name);
  });

  test("is the only project whatever the host", () => {
    expect(createProjects([blog]).byHost("anything.example")).toBe(blog);
  });

  test("by key is the one whose key it is, and none by any other", () => {
    expect(both.byKey("key of blog")).toBe(blog);
    expect(both.byKey("key of shop")).toBe(shop);
    for (const key of ["", "key of", "key of shop ", "KEY OF SHOP"]) expect(both.byKey(key)).toBeUndefined();
  });
});
