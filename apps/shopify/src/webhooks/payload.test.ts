import fc from "fast-check";
import { expect, test } from "vitest";
import { readPayload } from "./payload.ts";

test("ids keep all their digits", () => {
  expect(readPayload('{"id": 788032119674292922}')?.id).toBe("788032119674292922");
  const gid = "gid://shopify/Product/788032119674292922";
  expect(readPayload(`{"id": 1, "admin_graphql_api_id": "${gid}"}`)?.gid).toBe(gid);
});

test("an event says what it is about one level down, or at the top", () => {
  expect(readPayload('{"data":{"product":{"id":"gid://shopify/Product/3"}}}')?.gid).toBe(
    "gid://shopify/Product/3",
  );
  expect(readPayload('{"id":"gid://shopify/Product/3"}')?.gid).toBe("gid://shopify/Product/3");
});

test("shops that the body names are handed on", () => {
  expect(readPayload('{"shop_domain":"a.myshopify.com"}')?.shops).toEqual(["a.myshopify.com"]);
  expect(readPayload('{"myshopify_domain":"a.myshopify.com","domain":"a.example"}')?.shops).toEqual([
    "a.myshopify.com",
  ]);
});

test("whatever comes, nothing is thrown, and an id is digits or nothing", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.json().map((json) => `{"id":${json},"data":${json}}`),
      ),
      (text) => {
        const payload = readPayload(text);
        expect(payload?.id ?? "1").toMatch(/^\d{1,20}$/);
        expect(payload?.gid ?? "gid://shopify/A/1").toMatch(/^gid:\/\/shopify\/\w+\/\d+$/);
      },
    ),
  );
});
