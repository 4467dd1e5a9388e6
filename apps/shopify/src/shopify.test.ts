import { expect, test } from "vitest";
import { guardedFetch } from "./shopify.ts";

/** Notes what would have been asked. */
function noting() {
  const asked: { readonly url: string; readonly init: RequestInit | undefined }[] = [];
  const send: typeof fetch = async (url, init) => {
    asked.push({ url: String(url), init });
    return new Response("{}");
  };
  return { asked, send };
}

test("a shop's admin is asked over https, and no redirect is followed with a token", async () => {
  const { asked, send } = noting();
  await guardedFetch(undefined, send)("https://hat-shop.myshopify.com/admin/api/2026-10/graphql.json?a=1");
  expect(asked).toMatchObject([
    { url: "https://hat-shop.myshopify.com/admin/api/2026-10/graphql.json?a=1", init: { redirect: "error" } },
  ]);
});

test("with a local Shopify the host is the first step of the path", async () => {
  const { asked, send } = noting();
  await guardedFetch("http://127.0.0.1:9", send)("https://hat-shop.myshopify.com/admin/x");
  expect(asked[0]?.url).toBe("http://127.0.0.1:9/hat-shop.myshopify.com/admin/x");
});

test.each([
  ["http://hat-shop.myshopify.com/admin"],
  ["https://hat-shop.myshopify.com.evil.example/admin"],
  ["https://evil.example/hat-shop.myshopify.com"],
  ["https://user@evil.example/admin"],
  ["https://hat-shop.myshopify.com:8443/admin"],
  ["https://127.0.0.1/admin"],
])("%s is asked by nobody", async (url) => {
  const { asked, send } = noting();
  await expect(guardedFetch(undefined, send)(url)).rejects.toThrow("no shop's admin");
  expect(asked).toEqual([]);
});
