import { AwsV4Signer } from "aws4fetch";
import type { S3Settings } from "./address.ts";

/** SHA-256 of no bytes, for requests without a body. */
export const NO_BODY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/** What is signed. `sha256` is that of the body, in hex: a server that checks it keeps no half upload. */
export interface Unsigned {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly sha256: string;
}

/** Signs requests of one bucket with AWS Signature Version 4; answers the headers to send. */
export function createSigner(
  settings: Pick<S3Settings, "region" | "accessKeyId" | "secretAccessKey">,
  now: () => number = Date.now,
): (request: Unsigned) => Promise<Record<string, string>> {
  const { region, accessKeyId, secretAccessKey } = settings;
  // The key of the day is derived once; yesterday's is not kept.
  let day = "";
  let derived = new Map<string, ArrayBuffer>();
  return async ({ method, url, headers, sha256 }) => {
    const datetime = new Date(now()).toISOString().replace(/[:-]|\.\d{3}/g, "");
    if (datetime.slice(0, 8) !== day) {
      day = datetime.slice(0, 8);
      derived = new Map();
    }
    const signer = new AwsV4Signer({
      method,
      url: url.href,
      headers: { ...headers, "x-amz-content-sha256": sha256 },
      accessKeyId,
      secretAccessKey,
      service: "s3",
      region,
      datetime,
      cache: derived,
    });
    const signed = await signer.sign();
    return Object.fromEntries(signed.headers);
  };
}
