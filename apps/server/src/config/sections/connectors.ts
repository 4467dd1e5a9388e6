import { httpUrl, secretFile } from "../fragments.ts";
import type { Schema } from "../shape.ts";

const signingSecret = (description: string) =>
  ({
    type: "string",
    title: "one or two lines of 64 letters, digits and +/=_-",
    description,
    minLength: 64,
    maxLength: 200,
    writeOnly: true,
  }) as const satisfies Schema;

const ID = {
  type: "string",
  title: "an id of Contentful's",
  pattern: "^[A-Za-z0-9._-]+$",
  minLength: 1,
  maxLength: 64,
} as const satisfies Schema;

const origins = (description: string) =>
  ({
    type: "array",
    description,
    maxItems: 20,
    items: {
      type: "string",
      title: 'an origin such as "https://app.example.com"',
      pattern: "^https?://[^\\s/?#@\\\\]+$",
      maxLength: 300,
    },
  }) as const satisfies Schema;

/** The Contentful app that `npm start` runs a connector for beside the server; the connector reads the same section. */
export const CONTENTFUL_CONNECTOR = {
  type: "object",
  description: "The Contentful app.",
  additionalProperties: false,
  required: ["app", "spaces"],
  properties: {
    app: { ...ID, description: "Id of the app definition." },
    secret: signingSecret("Signing secret of the app; two while one takes the other's place."),
    secretFile,
    privateKeyFile: {
      ...secretFile,
      description:
        "File that holds the app's private key (PEM). Absent: events are followed, but nothing is compared with Contentful.",
    },
    publicUrl: httpUrl(
      "Address of the connector as Contentful calls it, with what a proxy takes off the path.",
    ),
    endpoint: httpUrl("Address of delivery URLs. Default: the server's own."),
    region: {
      type: "string",
      description: "Where Contentful keeps the spaces.",
      enum: ["us", "eu"],
      default: "us",
    },
    managementUrl: httpUrl("Address of the management API. Default: that of the region."),
    assetOrigins: origins("Places besides Contentful's own where files may be."),
    frameAncestors: origins("Who may show the app's pages in a frame, besides Contentful's web apps."),
    pageOrigins: origins(
      "Origins of pages that may call the app's API: that of the bundle, where Contentful serves it.",
    ),
    resolverTokenFile: {
      ...secretFile,
      description:
        "File that holds what the server proves itself with when it asks which file an asset's id stands for. Default: contentful/resolver.token in the data folder, made at the first start.",
    },
    statusSecretFile: {
      ...secretFile,
      description: "File that holds what other machines sign questions about the connector's status with.",
    },
    reconcileHours: {
      type: "integer",
      description: "Hours from one comparison with Contentful to the next.",
      minimum: 1,
      maximum: 720,
      default: 24,
    },
    pageSize: {
      type: "integer",
      description: "Assets that a comparison asks for at a time.",
      minimum: 1,
      maximum: 1_000,
      default: 100,
    },
    spaces: {
      type: "array",
      description: "Spaces that the app is installed in.",
      minItems: 1,
      maxItems: 1_000,
      items: {
        type: "object",
        description: "One space.",
        additionalProperties: false,
        required: ["space"],
        properties: {
          space: { ...ID, description: "Id of the space." },
          environment: {
            ...ID,
            description: "Environment, or alias of one, that visitors see. Default: master.",
          },
          project: {
            type: "string",
            description: "Project that the space's pictures are delivered by.",
            minLength: 1,
            maxLength: 63,
            default: "demo",
          },
          webhookSecret: signingSecret("Signing secret of the space's webhooks."),
          webhookSecretFile: secretFile,
          admins: {
            type: "array",
            description:
              "Ids of users who may do in the app what needs an administrator, besides those of the space.",
            maxItems: 100,
            items: ID,
          },
        },
      },
    },
  },
} as const satisfies Schema;

/** The Shopify app that `npm start` runs beside the server; the app reads the same section. */
export const SHOPIFY_CONNECTOR = {
  type: "object",
  description:
    "The Shopify app. It finds the key of the installation in this file, too, and gives each shop a project of its own.",
  additionalProperties: false,
  required: ["clientId"],
  properties: {
    clientId: {
      type: "string",
      title: "a client id",
      description: "Client id of the app, from Shopify's Dev Dashboard.",
      minLength: 1,
      maxLength: 100,
    },
    clientSecret: {
      type: "string",
      title: "a client secret",
      description: "Client secret of the app.",
      minLength: 1,
      maxLength: 200,
      writeOnly: true,
    },
    clientSecretFile: secretFile,
    appUrl: httpUrl("Address under which Shopify reaches the app."),
    delivery: httpUrl(
      "Address of delivery URLs, {project} standing for the project's name. Default: the server's own.",
    ),
    shop: {
      type: "string",
      title: 'a shop such as "my-shop.myshopify.com"',
      description: "The one shop of an app that belongs to one: it needs no browser.",
      pattern: "^[A-Za-z0-9][A-Za-z0-9-]*\\.myshopify\\.com$",
      maxLength: 73,
    },
    project: {
      type: "string",
      description: "The one project that delivers that shop's pictures. Absent: each shop gets one.",
      minLength: 1,
      maxLength: 63,
    },
    secretKeyFile: {
      ...secretFile,
      description:
        "File that holds the keys with which tokens are sealed: 32 bytes each in hex or base64. Absent: one is made and kept in the data folder.",
    },
    storeUrl: {
      type: "string",
      title: 'an address such as "postgres://user:password@host:5432/shopify"',
      description: "Address of a PostgreSQL database of its own. Absent: an SQLite file of the data folder.",
      pattern: "^postgres(ql)?://\\S+$",
      minLength: 1,
      maxLength: 2_000,
      writeOnly: true,
    },
    storeUrlFile: secretFile,
  },
} as const satisfies Schema;
