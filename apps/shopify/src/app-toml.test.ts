import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { API_VERSION } from "./shopify.ts";
import { shopContext } from "./shops/context.ts";
import { createReactions } from "./webhooks/topics.ts";

const TOML = readFileSync(join(import.meta.dirname, "../shopify.app.toml"), "utf8");
const listsOf = (key: string) =>
  [...TOML.matchAll(new RegExp(`^\\s*${key} = \\[([^\\]]*)\\]`, "gm"))].flatMap(([, list = ""]) =>
    [...list.matchAll(/"([^"]+)"/g)].map(([, each]) => each ?? ""),
  );

test("the app is declared for the version of the Admin API that it is written against", () => {
  expect(API_VERSION).toBe("2026-10");
  expect(/^api_version = "([^"]+)"$/m.exec(TOML)?.[1]).toBe(API_VERSION);
});

test("all three compliance topics are subscribed to, by the declaration alone", () => {
  expect(listsOf("compliance_topics").toSorted()).toEqual([
    "customers/data_request",
    "customers/redact",
    "shop/redact",
  ]);
});

test("the app is installed by Shopify, embedded, and asks for nothing that writes", () => {
  expect(TOML).toMatch(/^embedded = true$/m);
  expect(TOML).toMatch(/^use_legacy_install_flow = false$/m);
  expect(/^scopes = "([^"]*)"$/m.exec(TOML)?.[1]?.split(",")).toEqual(["read_products", "read_files"]);
});

test("addresses are https, and there is no secret in the file", () => {
  for (const [address] of TOML.matchAll(/\w+:\/\/[^"]+/g))
    expect(address).toMatch(/^https:\/\/[a-z-]+\.example/);
  expect(TOML).not.toMatch(/shp[a-z]{2}_|secret/i);
});

test("nothing is subscribed to that leads to nothing", async () => {
  const unused: unknown[] = [];
  const shop = shopContext("a.myshopify.com");
  if (shop === undefined) throw new Error("no shop");
  const asked = () => {
    throw new Error("asked");
  };
  const nobody = new Proxy({}, { get: () => asked });
  const react = createReactions({
    shops: nobody as never,
    lifecycle: nobody as never,
    jobs: () => nobody as never,
    debounceMs: 0,
    now: Date.now,
    log: (event, { topic }) => void (event === "delivery without use" && unused.push(topic)),
  });
  for (const name of [...listsOf("topics"), ...listsOf("compliance_topics")]) {
    const topic = name.toUpperCase().replaceAll("/", "_");
    const payload = { id: "1", gid: undefined, shops: [], scopes: undefined };
    const delivery = {
      ...{ shop, topic, payload, id: "1", eventId: undefined },
      kind: "webhook" as const,
      triggeredAt: undefined,
    };
    // Whoever has a use for it asks the store, which is not there.
    await react(delivery, nobody as never).catch(() => {});
  }
  expect(unused).toEqual([]);
});
