import { expect, test } from "vitest";
import { type BucketPlace, nameOfPlace } from "./place.ts";

test.each<[string, BucketPlace]>([
  [
    "s3:media@s3.eu-central-1.amazonaws.com",
    {
      kind: "s3",
      endpoint: "https://s3.eu-central-1.amazonaws.com",
      bucket: "media",
      region: "eu-central-1",
      addressing: "host",
      prefix: "",
    },
  ],
  [
    "gcs:media@storage.googleapis.com/a/b%20c",
    { kind: "gcs", endpoint: "https://storage.googleapis.com:443", bucket: "media", prefix: "a/b c" },
  ],
  [
    "azure:acct.photos@127.0.0.1:10000",
    {
      kind: "azure",
      endpoint: "http://127.0.0.1:10000/acct",
      account: "acct",
      container: "photos",
      prefix: "",
    },
  ],
])("originals of a place are called %s/…", (name, place) => {
  expect(nameOfPlace(place)).toBe(name);
});
