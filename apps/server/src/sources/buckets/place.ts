import { bucketName } from "@freshet/core";
import type { Secret } from "../../secrets/secret.ts";

/** A pair of keys as S3 and its compatibles know them. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
}

/** What a Google service account signs its requests for a token with. */
export interface ServiceAccount {
  readonly email: string;
  readonly keyId: string | undefined;
  /** PEM. */
  readonly privateKey: Secret;
  /** Where tokens are given out. */
  readonly tokenUrl: string;
}

interface Anywhere {
  /** Scheme, host, port, and for Azure's emulators a path; no final slash. */
  readonly endpoint: string;
  /** Put in front of every key with a slash between; "" for none. */
  readonly prefix: string;
}

export interface S3Place extends Anywhere {
  readonly kind: "s3";
  readonly bucket: string;
  readonly region: string;
  /** "path": the bucket is the first step of the path; "host": the first label of the host. */
  readonly addressing: "path" | "host";
  /** Absent: whatever everybody may read. */
  readonly credentials?: AccessKey;
}

export interface GcsPlace extends Anywhere {
  readonly kind: "gcs";
  readonly bucket: string;
  readonly credentials?: AccessKey | ServiceAccount;
}

export interface AzurePlace extends Anywhere {
  readonly kind: "azure";
  readonly account: string;
  readonly container: string;
  readonly credentials?: { readonly accountKey: Secret } | { readonly sas: Secret };
}

/** A place in a bucket, and what opens it. */
export type BucketPlace = S3Place | GcsPlace | AzurePlace;

/** What the names of originals in this place begin with: the same for every alias that leads there. */
export function nameOfPlace(place: BucketPlace): string {
  const bucket = place.kind === "azure" ? `${place.account}.${place.container}` : place.bucket;
  return bucketName(place.kind, bucket, new URL(place.endpoint).host, place.prefix);
}
