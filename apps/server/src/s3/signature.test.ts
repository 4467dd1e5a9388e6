import { describe, expect, it } from "vitest";
import { urlOf } from "./address.ts";
import { sha256Of } from "./client.ts";
import { createSigner, NO_BODY } from "./signature.ts";

// The worked examples of AWS's own description of Signature Version 4, with its example credentials.
const sign = createSigner(
  {
    region: "us-east-1",
    accessKeyId: "AKIAIOSFODNN7EXAMPLE",
    secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  },
  () => Date.UTC(2013, 4, 24),
);
const place = {
  endpoint: "https://s3.amazonaws.com",
  bucket: "examplebucket",
  addressing: "host",
} as const;

async function signatureOf(key: string, query: Record<string, string>, more: object = {}): Promise<string> {
  const url = urlOf(place, key, query);
  if (!url) throw new Error("no URL");
  const headers = await sign({ method: "GET", url, headers: {}, sha256: NO_BODY, ...more });
  return headers.authorization ?? "";
}

describe("a signed request", () => {
  it("lists objects as AWS's example does", async () => {
    expect(await signatureOf("", { "max-keys": "2", prefix: "J" })).toBe(
      "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, " +
        "SignedHeaders=host;x-amz-content-sha256;x-amz-date, " +
        "Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
    );
  });

  it("asks for the lifecycle as AWS's example does", async () => {
    expect(await signatureOf("", { lifecycle: "" })).toContain(
      "Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
    );
  });

  it("stores an object as AWS's example does", async () => {
    const headers = {
      date: "Fri, 24 May 2013 00:00:00 GMT",
      "x-amz-storage-class": "REDUCED_REDUNDANCY",
    };
    const sha256 = await sha256Of(new TextEncoder().encode("Welcome to Amazon S3."));
    expect(await signatureOf("test$file.text", {}, { method: "PUT", headers, sha256 })).toContain(
      "Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
    );
  });
});
