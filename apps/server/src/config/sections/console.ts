import { RIGHTS } from "../../access/right.ts";
import { httpUrl, secretFile } from "../fragments.ts";
import type { Schema, ValueOf } from "../shape.ts";

const DAY = 86_400;

const RIGHT = { type: "string", enum: RIGHTS } as const satisfies Schema;

const OIDC = {
  type: "object",
  description:
    "Sign-in by an OpenID provider (authorization code with PKCE). It leads back to /access/oidc/callback at the console's url, which the provider has to know.",
  additionalProperties: false,
  required: ["issuer", "clientId"],
  properties: {
    issuer: httpUrl(
      "Address of the provider, as its own discovery document says. TLS, except on this machine.",
    ),
    clientId: {
      type: "string",
      title: "the id that the provider knows this server by",
      description: "Id of the client at the provider.",
      minLength: 1,
      maxLength: 300,
    },
    clientSecret: {
      type: "string",
      title: "the secret of the client",
      description: "Its secret. Absent: a public client, guarded by PKCE alone.",
      minLength: 1,
      maxLength: 4_096,
      writeOnly: true,
    },
    clientSecretFile: secretFile,
    name: {
      type: "string",
      title: "a name of 1 to 100 characters",
      description: "What stands on the button.",
      minLength: 1,
      maxLength: 100,
      default: "Single sign-on",
    },
    scope: {
      type: "string",
      title: 'scopes with spaces between, such as "openid email profile groups"',
      description: "What the provider is asked for.",
      minLength: 6,
      maxLength: 500,
      default: "openid email profile",
    },
    rights: {
      type: "array",
      description:
        "What claims of the provider are worth; of several that fit all count. Who has none of them and was not invited is refused. Users who came in this way have what their claims say at each sign-in; users who were invited keep what an administrator gave them.",
      maxItems: 1_000,
      items: {
        type: "object",
        additionalProperties: false,
        required: ["claim", "value"],
        properties: {
          claim: {
            type: "string",
            title: 'the name of a claim such as "groups", or a path to it such as "realm_access.roles"',
            description: "Which claim.",
            minLength: 1,
            maxLength: 200,
          },
          value: {
            type: "string",
            title: "a text of 1 to 300 characters",
            description: "What it says, or one of the texts in its list.",
            minLength: 1,
            maxLength: 300,
          },
          installation: { ...RIGHT, description: "Right in the whole installation." },
          projects: {
            type: "object",
            description: "Rights in single projects, by their names.",
            maxProperties: 100,
            propertyNames: {
              title: "a name of small letters, digits and hyphens, at most 63",
              pattern: "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
            },
            additionalProperties: RIGHT,
          },
        },
      },
    },
  },
} as const satisfies Schema;

/** The console, and who may sign in to it. */
export const CONSOLE_SCHEMA = {
  type: "object",
  description: "The console, and how users sign in to it.",
  additionalProperties: false,
  properties: {
    url: {
      type: "string",
      title: 'an origin such as "https://img.example"',
      description:
        "Where browsers reach this server: scheme, host and port. Needed for OpenID, and behind a proxy that says neither X-Forwarded-Proto nor the Host of the browser.",
      pattern: "^https?://[^\\s/?#@\\\\]+$",
      maxLength: 300,
    },
    proxies: {
      type: "array",
      description:
        "Addresses or networks of proxies in front of this server, whose X-Forwarded-For is believed: attempts to sign in are counted, and changes written down, by the addresses of those behind them.",
      maxItems: 100,
      items: {
        type: "string",
        title: 'an address such as "10.0.0.5" or a network such as "10.0.0.0/8"',
        pattern: "^[0-9A-Fa-f.:]+(/[0-9]{1,3})?$",
        maxLength: 60,
      },
    },
    idleSeconds: {
      type: "integer",
      description: "Seconds after which a session ends that is not used.",
      minimum: 300,
      maximum: 30 * DAY,
      default: DAY / 2,
    },
    sessionSeconds: {
      type: "integer",
      description: "Seconds after which any session ends.",
      minimum: 300,
      maximum: 90 * DAY,
      default: 7 * DAY,
    },
    oidc: OIDC,
  },
} as const satisfies Schema;

export type ConsoleSection = ValueOf<typeof CONSOLE_SCHEMA>;
