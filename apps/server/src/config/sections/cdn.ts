import { secretFile } from "../fragments.ts";
import type { Schema, ValueOf } from "../shape.ts";

// The CDN nodes in front of the server: those that run an edge configuration of Freshet's, and bought ones.

const secret = (description: string, maxLength = 4_096) =>
  ({
    type: "string",
    title: "visible characters without spaces",
    description,
    pattern: "^[\\x21-\\x7e]+$",
    minLength: 1,
    maxLength,
    writeOnly: true,
  }) as const satisfies Schema;

const name = (title: string, description: string) =>
  ({
    type: "string",
    title,
    description,
    pattern: "^[A-Za-z0-9][A-Za-z0-9._()-]*$",
    minLength: 1,
    maxLength: 200,
  }) as const satisfies Schema;

const driver = <const Kind extends string>(kind: Kind, description: string) =>
  ({ type: "string", description, enum: [kind] }) as const satisfies Schema;

const endpoint = {
  type: "string",
  title: 'an address such as "https://gateway.example"',
  description: "Address of the API instead of the maker's own, for a gateway in between.",
  pattern: "^https?://[^\\s/?#@\\\\]+/?$",
  maxLength: 300,
} as const satisfies Schema;

const dedicated = {
  type: "boolean",
  description:
    "It delivers one project of this installation and nothing else, so that all of it may be purged for scope all.",
  default: false,
} as const satisfies Schema;

const sharedMaxAge = {
  type: "boolean",
  description:
    "It takes s-maxage out of what visitors get; then answers say by it how long the CDN keeps them. Otherwise it keeps them as long as browsers do.",
  default: false,
} as const satisfies Schema;

const NODES = {
  type: "object",
  additionalProperties: false,
  required: ["driver", "nodes"],
  properties: {
    driver: {
      type: "string",
      description: "varnish, nginx: nodes that run an edge configuration of Freshet's.",
      enum: ["nginx", "varnish"],
    },
    nodes: {
      type: "array",
      description: "Address of each node; every node is spoken to itself, never through a load balancer.",
      minItems: 1,
      maxItems: 100,
      items: {
        type: "string",
        title: 'an address such as "http://127.0.0.1:6081"',
        pattern: "^https?://[^\\s/?#@\\\\]+/?$",
        maxLength: 300,
      },
    },
  },
} as const satisfies Schema;

const FASTLY = {
  type: "object",
  additionalProperties: false,
  required: ["driver", "service"],
  properties: {
    driver: driver("fastly", "A service of Fastly."),
    service: name("the id of a service", "Id of the service."),
    token: secret("API token with the scope purge_select, limited to the service."),
    tokenFile: secretFile,
    endpoint,
  },
} as const satisfies Schema;

const CLOUDFLARE = {
  type: "object",
  additionalProperties: false,
  required: ["driver", "zone"],
  properties: {
    driver: driver("cloudflare", "A zone of Cloudflare."),
    zone: name("the id of a zone", "Id of the zone."),
    token: secret("API token with the permission Cache Purge for the zone."),
    tokenFile: secretFile,
    plan: {
      type: "string",
      description: "What the account pays for; it decides how often it may purge.",
      enum: ["free", "pro", "business", "enterprise"],
      default: "free",
    },
    endpoint,
  },
} as const satisfies Schema;

const CLOUDFRONT = {
  type: "object",
  additionalProperties: false,
  required: ["driver", "distribution"],
  properties: {
    driver: driver(
      "cloudfront",
      "A distribution of CloudFront. Needs the package @aws-sdk/client-cloudfront beside the server.",
    ),
    distribution: name("the id of a distribution", "Id of the distribution."),
    accessKeyId: {
      type: "string",
      title: "an access key's id",
      description:
        "Id of an access key that may cloudfront:CreateInvalidation; with its secret. Absent: what Amazon's client finds itself, such as the role of the machine.",
      pattern: "^[\\x21-\\x7e]+$",
      minLength: 1,
      maxLength: 256,
    },
    secretAccessKey: secret("Secret of the access key."),
    secretAccessKeyFile: secretFile,
    tagHeader: {
      type: "string",
      title: "the name of a header",
      description: "Header that CacheTagConfig of the distribution names.",
      pattern: "^[A-Za-z0-9-]+$",
      minLength: 1,
      maxLength: 100,
      default: "Cache-Tag",
    },
    sharedMaxAge,
    endpoint,
  },
} as const satisfies Schema;

const AKAMAI = {
  type: "object",
  additionalProperties: false,
  required: ["driver", "host"],
  properties: {
    driver: driver("akamai", "Fast Purge of Akamai. Needs the package akamai-edgegrid beside the server."),
    host: name("a host such as akab-….purge.akamaiapis.net", "Host of the API client."),
    clientToken: secret("Client token of the API client."),
    clientTokenFile: secretFile,
    clientSecret: secret("Client secret of the API client."),
    clientSecretFile: secretFile,
    accessToken: secret("Access token of the API client."),
    accessTokenFile: secretFile,
    network: {
      type: "string",
      description: "Which of Akamai's networks.",
      enum: ["production", "staging"],
      default: "production",
    },
    endpoint,
  },
} as const satisfies Schema;

const GOOGLE = {
  type: "object",
  additionalProperties: false,
  required: ["driver", "project", "urlMap"],
  properties: {
    driver: driver("google", "A URL map of Google Cloud CDN."),
    project: name("the id of a project", "Id of the project at Google."),
    urlMap: name("the name of a URL map", "Name of the load balancer's URL map."),
    key: {
      type: "string",
      title: "the JSON of a service account's key, as a text",
      description:
        "Key of a service account that may compute.urlMaps.invalidateCache. Absent: what the machine itself may.",
      minLength: 1,
      maxLength: 20_000,
      writeOnly: true,
    },
    keyFile: secretFile,
    sharedMaxAge,
    endpoint,
  },
} as const satisfies Schema;

const AZURE = {
  type: "object",
  additionalProperties: false,
  required: ["driver", "subscription", "resourceGroup", "profile", "frontDoor"],
  properties: {
    driver: driver("azure", "An endpoint of Azure Front Door, Standard or Premium."),
    subscription: name("the id of a subscription", "Id of the subscription."),
    resourceGroup: name("the name of a resource group", "Name of the resource group."),
    profile: name("the name of a profile", "Name of the Front Door profile."),
    frontDoor: name("the name of an endpoint", "Name of the endpoint in the profile."),
    tenant: name("the id of a tenant", "Tenant of the app registration."),
    clientId: name(
      "the id of an app",
      "Id of an app registration with the role CDN Endpoint Contributor; with tenant and clientSecret. Absent: the machine's managed identity.",
    ),
    clientSecret: secret("Secret of the app registration."),
    clientSecretFile: secretFile,
    domains: {
      type: "array",
      description: "Domains of the endpoint on which paths are purged. Absent: all of them.",
      minItems: 1,
      maxItems: 50,
      items: {
        type: "string",
        title: 'a domain such as "img.example.com"',
        pattern: "^[A-Za-z0-9][A-Za-z0-9.-]*$",
        maxLength: 253,
      },
    },
    dedicated,
    signIn: { ...endpoint, description: "Address of Microsoft's sign-in instead of its own." },
    sharedMaxAge,
    endpoint,
  },
} as const satisfies Schema;

const BUNNY = {
  type: "object",
  additionalProperties: false,
  required: ["driver", "zone"],
  properties: {
    driver: driver("bunny", "A pull zone of bunny.net."),
    zone: name("the number of a pull zone", "Number of the pull zone."),
    accessKey: secret("API key of the account."),
    accessKeyFile: secretFile,
    sharedMaxAge,
    endpoint,
  },
} as const satisfies Schema;

const KEYCDN = {
  type: "object",
  additionalProperties: false,
  required: ["driver", "zone"],
  properties: {
    driver: driver("keycdn", "A pull zone of KeyCDN."),
    zone: name("the number of a zone", "Number of the zone."),
    apiKey: secret("API key of the account."),
    apiKeyFile: secretFile,
    sharedMaxAge,
    endpoint,
  },
} as const satisfies Schema;

const CLOUDIMAGE = {
  type: "object",
  additionalProperties: false,
  required: ["driver", "token"],
  properties: {
    driver: driver("cloudimage", "An account of Cloudimage that delivers the same originals."),
    token: name("the token of an account", "Token of the account, the first label of its delivery URLs."),
    key: secret("API key of the account."),
    keyFile: secretFile,
    dedicated,
    endpoint,
  },
} as const satisfies Schema;

/** One entry under "cdn", a shape for each kind of driver. */
export const CDN_ENTRY = {
  title: "an object with driver and what its kind needs",
  anyOf: [
    ...([NODES, FASTLY, CLOUDFLARE, CLOUDFRONT, AKAMAI, GOOGLE, AZURE, BUNNY, KEYCDN, CLOUDIMAGE] as const),
  ],
} as const satisfies Schema;

export type CdnSection = ValueOf<typeof CDN_ENTRY>;
