import { secretFile } from "./fragments.ts";
import type { Schema } from "./shape.ts";

const MIB = 2 ** 20;

/** The shared tier behind the local disk. */
export const SHARED_CACHE_SCHEMA = {
  type: "object",
  description:
    "A bucket of an S3-compatible store behind the local disk, shared by any number of instances and installations: bytes by content address, nothing else. Absent: none. FRESHET_SHARED_CACHE_… overrides single keys.",
  additionalProperties: false,
  properties: {
    endpoint: {
      type: "string",
      title: 'an address such as "https://s3.eu-central-1.amazonaws.com"',
      description: "Address of the store, without the bucket.",
      pattern: "^https?://[^\\s/?#@\\\\]+/?$",
      maxLength: 300,
    },
    region: {
      type: "string",
      title: 'a name such as "eu-central-1"',
      description: "Region that requests are signed for.",
      pattern: "^[A-Za-z0-9-]+$",
      minLength: 1,
      maxLength: 100,
      default: "us-east-1",
    },
    bucket: {
      type: "string",
      title: 'a name such as "freshet-cache": small letters, digits, "." and "-", 3 to 63',
      description: "Name of the bucket; it must exist.",
      pattern: "^[a-z0-9][a-z0-9.-]*[a-z0-9]$",
      minLength: 3,
      maxLength: 63,
    },
    addressing: {
      type: "string",
      description: "Whether the bucket is named in the path of a URL or in its host.",
      enum: ["path", "host"],
      default: "path",
    },
    prefix: {
      type: "string",
      title: 'nothing, or steps such as "freshet/images"',
      description: "Beginning of every key.",
      pattern: "^([A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*)?$",
      maxLength: 200,
      default: "freshet",
    },
    accessKeyId: {
      type: "string",
      title: "visible characters without spaces, at most 256",
      description: "Name of the access key. It needs to read, list and write below the prefix.",
      pattern: "^[\\x21-\\x7e]+$",
      minLength: 1,
      maxLength: 256,
      writeOnly: true,
    },
    secretAccessKey: {
      type: "string",
      title: "visible characters without spaces, at most 1,024",
      description: "Secret of the access key.",
      pattern: "^[\\x21-\\x7e]+$",
      minLength: 1,
      maxLength: 1_024,
      writeOnly: true,
    },
    secretAccessKeyFile: secretFile,
    originals: {
      type: "boolean",
      description: "Originals are shared as well as variants.",
      default: true,
    },
    lookupMs: {
      type: "integer",
      description:
        "Milliseconds that a look-up may hold up an answer; what the store has not given then is rendered or fetched here. For objects above 1 MiB as many times longer as they have MiB, up to 8.",
      minimum: 10,
      maximum: 10_000,
      default: 250,
    },
    queueBytes: {
      type: "integer",
      description: "Bytes that may wait in memory to be uploaded; what comes beyond that is not uploaded.",
      minimum: MIB,
      maximum: 16_384 * MIB,
      default: 64 * MIB,
    },
  },
} as const satisfies Schema;
