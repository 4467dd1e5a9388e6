import fc from "fast-check";
import { expect, test } from "vitest";
import { refuseMessage, signMessage } from "./standard-webhooks.ts";

const at = Date.UTC(2026, 10, 23, 10, 0, 0);
const body = Buffer.from('{"site":"http://site.example","events":[]}');
const signed = (secret: string, id = "msg_1") => ({ headers: signMessage({ id, at, body, secret }), body });

test("the signature is the one that Standard Webhooks prescribes", () => {
  // Computed with: printf 'msg_1.1795428000.hello' | openssl dgst -sha256 -hmac secret -binary | base64
  const headers = signMessage({ id: "msg_1", at: 1_795_428_000_000, body: "hello", secret: "secret" });
  expect(headers).toEqual({
    "webhook-id": "msg_1",
    "webhook-timestamp": "1795428000",
    "webhook-signature": "v1,rOTilVMc+VKV9p6iU9X5zogcH4+tdjMi6Thq1Yfch50=",
  });
});

test("either of two secrets is accepted while they are exchanged, a third is not", () => {
  const secrets = ["new", "old"];
  expect(refuseMessage(signed("old"), { secrets, now: at })).toBeUndefined();
  expect(refuseMessage(signed("new"), { secrets, now: at })).toBeUndefined();
  expect(refuseMessage(signed("other"), { secrets, now: at })).toBe("signature-wrong");
});

test("one genuine signature among several is enough", () => {
  const { headers } = signed("secret");
  const several = { ...headers, "webhook-signature": `v1a,xyz v1,AAAA ${headers["webhook-signature"]}` };
  expect(refuseMessage({ headers: several, body }, { secrets: ["secret"], now: at })).toBeUndefined();
});

test("a message is accepted up to five minutes off, either way, and not beyond", () => {
  const off = (ms: number) => refuseMessage(signed("secret"), { secrets: ["secret"], now: at + ms });
  expect([off(-300_000), off(300_000)]).toEqual([undefined, undefined]);
  expect([off(-301_000), off(301_000)]).toEqual(["expired", "expired"]);
});

test("a dot in the id is refused, since it could move the border between id and body", () => {
  expect(refuseMessage(signed("secret", "a.1"), { secrets: ["secret"], now: at })).toBe("malformed");
});

test("without secrets nothing is genuine", () => {
  expect(refuseMessage(signed(""), { secrets: [], now: at })).toBe("signature-wrong");
});

test("whatever the headers hold, the answer is a refusal and never an exception", () => {
  const text = fc.option(fc.string({ unit: "binary" }), { nil: undefined });
  fc.assert(
    fc.property(text, text, text, fc.uint8Array(), (id, timestamp, signature, bytes) => {
      const headers = { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature };
      expect(refuseMessage({ headers, body: bytes }, { secrets: ["secret"], now: at })).toBeTypeOf("string");
    }),
  );
});
