import { createHash, createHmac } from "node:crypto";
import type { S3Server } from "./s3.ts";

const hex = (data: string | Uint8Array) => createHash("sha256").update(data).digest("hex");
const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();
const REGION = "us-east-1";

/** Puts an object into the bucket of an S3 server, or takes it out: signed by the description of Signature Version 4. */
export async function changeObject(s3: S3Server, key: string, bytes: Uint8Array | undefined): Promise<void> {
  const { endpoint, bucket, accessKeyId, secretAccessKey } = s3.settings;
  const encode = (step: string) =>
    encodeURIComponent(step).replace(
      /[!'()*]/g,
      (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`,
    );
  const path = `/${bucket}/${key.split("/").map(encode).join("/")}`;
  const method = bytes ? "PUT" : "DELETE";
  const time = new Date().toISOString().replace(/[:-]|\.\d{3}/g, "");
  const scope = `${time.slice(0, 8)}/${REGION}/s3/aws4_request`;
  const sha256 = hex(bytes ?? "");
  const signed = { host: new URL(endpoint).host, "x-amz-content-sha256": sha256, "x-amz-date": time };
  const names = Object.keys(signed).join(";");
  const lines = Object.entries(signed).map(([name, value]) => `${name}:${value}`);
  const canonical = [method, path, "", ...lines, "", names, sha256].join("\n");
  const signing = scope.split("/").reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`);
  const signature = hmac(signing, ["AWS4-HMAC-SHA256", time, scope, hex(canonical)].join("\n")).toString(
    "hex",
  );
  const { host: _, ...headers } = signed;
  const answer = await fetch(endpoint + path, {
    method,
    headers: {
      ...headers,
      ...(bytes && { "content-type": "image/png" }),
      authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
    },
    ...(bytes && { body: Buffer.from(bytes) }),
  });
  if (!answer.ok)
    throw new Error(`The bucket answered ${answer.status} to ${method}: ${await answer.text()}`);
  await answer.arrayBuffer();
}
