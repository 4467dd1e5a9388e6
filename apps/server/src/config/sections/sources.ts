import { httpUrl, seconds, secretFile } from "../fragments.ts";
import type { Schema, ValueOf } from "../shape.ts";

// Where originals come from, and how a project treats their origins.

const secret = (title: string, description: string, maxLength = 4_096) =>
  ({
    type: "string",
    title,
    description,
    minLength: 1,
    maxLength,
    writeOnly: true,
  }) as const satisfies Schema;

const PREFIX = {
  type: "string",
  title: 'the beginning of keys, such as "media/2026"',
  description: "Put in front of every key, with a slash between.",
  pattern: "^[^/\\\\\\x00-\\x1f\\x7f?#*][^\\\\\\x00-\\x1f\\x7f?#*]*$",
  minLength: 1,
  maxLength: 500,
} as const satisfies Schema;

const endpoint = (description: string) =>
  ({
    type: "string",
    title: 'an address such as "https://s3.example.com:9000"',
    description,
    pattern: "^https?://[^\\s/?#@\\\\%]+/?$",
    maxLength: 300,
  }) as const satisfies Schema;

const ACCESS_KEY_ID = {
  type: "string",
  title: "an access key's id",
  description: "Id of the access key; with its secret. Absent: whatever everybody may read.",
  pattern: "^[\\x21-\\x2b\\x2d\\x2e\\x30-\\x7e]+$",
  minLength: 1,
  maxLength: 256,
} as const satisfies Schema;

const SECRET_ACCESS_KEY = secret("an access key's secret", "Secret of the access key.", 256);

const BUCKET_NAME = {
  type: "string",
  title: 'the name of a bucket, such as "media"',
  description: "Name of the bucket.",
  pattern: "^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$",
  maxLength: 222,
} as const satisfies Schema;

const S3 = {
  type: "object",
  description: "A bucket of Amazon S3 or of a store that speaks its language.",
  additionalProperties: false,
  required: ["bucket", "region"],
  properties: {
    bucket: BUCKET_NAME,
    region: {
      type: "string",
      title: 'a region such as "eu-central-1"',
      description: "Region of the bucket.",
      pattern: "^[a-z0-9][a-z0-9-]*$",
      minLength: 1,
      maxLength: 50,
    },
    endpoint: endpoint("Address of the store. Default: Amazon's for the region."),
    prefix: PREFIX,
    accessKeyId: ACCESS_KEY_ID,
    secretAccessKey: SECRET_ACCESS_KEY,
    secretAccessKeyFile: secretFile,
    pathStyle: {
      type: "boolean",
      description:
        "The bucket is the first step of the path, not the first label of the host. Default: true where an endpoint is written, or the bucket's name has a dot.",
    },
  },
} as const satisfies Schema;

const GCS = {
  type: "object",
  description: "A bucket of Google Cloud Storage.",
  additionalProperties: false,
  required: ["bucket"],
  properties: {
    bucket: BUCKET_NAME,
    endpoint: endpoint("Address of the store. Default: Google's."),
    prefix: PREFIX,
    key: secret(
      "the JSON of a service account's key, as a text",
      "Key of a service account that may read objects. Absent, and without an access key: whatever everybody may read.",
      20_000,
    ),
    keyFile: secretFile,
    accessKeyId: ACCESS_KEY_ID,
    secretAccessKey: SECRET_ACCESS_KEY,
    secretAccessKeyFile: secretFile,
  },
} as const satisfies Schema;

const AZURE = {
  type: "object",
  description: "A container of Azure Blob Storage.",
  additionalProperties: false,
  required: ["account", "container"],
  properties: {
    account: {
      type: "string",
      title: "3 to 24 small letters and digits",
      description: "Name of the storage account.",
      pattern: "^[a-z0-9]{3,24}$",
      maxLength: 24,
    },
    container: {
      type: "string",
      title: 'the name of a container, such as "photos"',
      description: "Name of the container.",
      pattern: "^(\\$root|\\$web|[a-z0-9](-?[a-z0-9]){2,62})$",
      maxLength: 63,
    },
    endpoint: {
      ...endpoint("Address of the account. Default: Azure's."),
      title: 'an address such as "https://blobs.example.com" or "http://127.0.0.1:10000/account"',
      pattern: "^https?://[^\\s/?#@\\\\%]+(/[a-z0-9]{3,24})?/?$",
    },
    prefix: PREFIX,
    accountKey: {
      ...secret(
        "a key in base64",
        "Key of the account. Absent, and without sas: whatever everybody may read.",
        256,
      ),
      pattern: "^[A-Za-z0-9+/]+={0,2}$",
    },
    accountKeyFile: secretFile,
    sas: {
      ...secret(
        'a shared access signature, such as "sv=…&sig=…"',
        "Shared access signature that may read.",
        2_000,
      ),
      pattern: "^\\??[\\x21\\x24-\\x3e\\x40-\\x7e]+$",
    },
    sasFile: secretFile,
  },
} as const satisfies Schema;

const CONTENTFUL = {
  type: "object",
  description:
    "A space of Contentful, whose assets are named by their ids: the alias is called ctf: and the space's id, and ctf:<space>/<asset>[/<locale>] is the file that is published now.",
  additionalProperties: false,
  required: ["connector"],
  properties: {
    connector: {
      ...endpoint("Address of the Contentful connector, which knows the files."),
      title: 'an address such as "http://127.0.0.1:8082"',
      pattern: "^https?://[^\\s?#@\\\\]+$",
    },
    token: secret("a token of at least 16 characters", "Token of the connector's resolver.", 500),
    tokenFile: secretFile,
    hosts: {
      type: "array",
      description: "Hosts that files may be on, each covering its subdomains. Default: ctfassets.net.",
      maxItems: 20,
      items: {
        type: "string",
        title: 'a host such as "ctfassets.net" or "127.0.0.1:9000"',
        pattern: "^[^\\s/?#@*\\\\]+$",
        minLength: 1,
        maxLength: 260,
      },
    },
  },
} as const satisfies Schema;

const FILES = {
  type: "boolean",
  description: "The pictures that were uploaded for the project, by their names.",
} as const satisfies Schema;

const only = <const Key extends string, const Target extends Schema>(key: Key, target: Target) =>
  ({
    type: "object",
    description: `The alias stands for this: ${target.description}`,
    additionalProperties: false,
    required: [key],
    properties: { [key]: target } as { readonly [K in Key]: Target },
  }) as const satisfies Schema;

/** What an alias may stand for. */
export const ALIAS_TARGET = {
  title:
    'an address such as "http://origin.example/media", {"folder": "sample"}, or one of url, s3, gcs, azure, contentful and files',
  description: "What the alias stands for.",
  anyOf: [
    httpUrl("The alias stands for this address."),
    {
      type: "object",
      description: "The alias stands for a folder inside the data folder.",
      additionalProperties: false,
      required: ["folder"],
      properties: {
        folder: {
          type: "string",
          title: "the name of a folder inside the data folder",
          description: "Folder inside the data folder; links in it are not followed.",
          pattern: "^[A-Za-z0-9_][A-Za-z0-9._-]*$",
          maxLength: 100,
        },
      },
    },
    {
      type: "object",
      description: "The alias stands for an address that wants a user name and a password (HTTP Basic).",
      additionalProperties: false,
      required: ["url", "user"],
      properties: {
        url: {
          ...httpUrl("The address, with its scheme."),
          pattern: "^https?://[^\\s?#@\\\\]+$",
        },
        user: {
          type: "string",
          title: "a user name without a colon",
          description: "User name.",
          pattern: "^[^:\\x00-\\x1f\\x7f]+$",
          minLength: 1,
          maxLength: 256,
        },
        password: {
          ...secret(
            "a password",
            "Password; sent to this address alone, and to no other that it redirects to.",
            1_000,
          ),
          pattern: "^[^\\x00-\\x1f\\x7f]+$",
        },
        passwordFile: secretFile,
      },
    },
    only("s3", S3),
    only("gcs", GCS),
    only("azure", AZURE),
    only("contentful", CONTENTFUL),
    only("files", FILES),
  ],
} as const satisfies Schema;

/** What belongs under `origins` besides the hosts. */
export const ORIGIN_PROPERTIES = {
  headers: {
    type: "array",
    description:
      "Headers sent to the hosts of aliases and prefix and to those written out in allow: over http only where the alias or prefix says http, never to subdomains, other hosts or behind a redirect to one.",
    maxItems: 20,
    items: {
      type: "object",
      description: "One header.",
      additionalProperties: false,
      required: ["name"],
      properties: {
        name: {
          type: "string",
          title: 'the name of a header, such as "X-Origin-Key"',
          description: "Name of the header.",
          pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$",
          minLength: 1,
          maxLength: 100,
        },
        value: {
          type: "string",
          title: "visible characters",
          description:
            "Its value. {{header.host}} stands for the delivery host that was asked, {{req.ip}} for the address that asked: answers then belong to that host or to that address alone, and the latter are kept by no cache.",
          pattern: "^[\\x20-\\x7e]+$",
          minLength: 1,
          maxLength: 2_000,
          writeOnly: true,
        },
        valueFile: secretFile,
      },
    },
  },
  staleIfError: {
    ...seconds(
      "How long a picture is still delivered after it should have been revalidated, while its origin fails. Never what an invalidation covers, and never under a new vh.",
      0,
    ),
    default: 0,
  },
  staleWhileRevalidate: seconds(
    "How long a picture that should have been revalidated is still delivered at once while its origin is asked whether it changed; the next answer is new. Never what an invalidation covers, and never under a new vh; caches are told to keep it for a second at most. 0 lets visitors wait instead. Default: a hundredth of cache.revalidate, at most 60.",
    0,
  ),
  versionParameter: {
    type: "string",
    description:
      "Query parameter in which origins take the version of an original, such as Shopify's v: vh is sent in it, and after an invalidation a value that no cache on the way has seen.",
    title: 'the name of a query parameter, such as "v"',
    pattern: "^[A-Za-z][A-Za-z0-9_-]{0,31}$",
    maxLength: 32,
  },
  rememberMissing: {
    ...seconds("How long a missing original is not asked for again. An invalidation ends it.", 1),
    default: 10,
  },
} as const satisfies Readonly<Record<string, Schema>>;

export type AliasTargetSection = ValueOf<typeof ALIAS_TARGET>;
export type ContentfulSection = ValueOf<typeof CONTENTFUL>;
export type GcsSection = ValueOf<typeof GCS>;
export type AzureSection = ValueOf<typeof AZURE>;
