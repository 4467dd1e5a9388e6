import { OUTPUT_FORMATS } from "@freshet/core";
import { httpUrl, seconds, secretFile } from "./fragments.ts";
import { HINT_SETTINGS, PLACEHOLDER_SETTINGS } from "./sections/answers.ts";
import { SECURITY_SETTINGS } from "./sections/security.ts";
import { SHORTENING_SETTINGS } from "./sections/shortening.ts";
import { ALIAS_TARGET, ORIGIN_PROPERTIES } from "./sections/sources.ts";
import type { Schema, ValueOf } from "./shape.ts";

/** The settings of one project. */
export const PROJECT_SCHEMA = {
  type: "object",
  description: "One project. Its name is the first label of its delivery host, unless hosts says otherwise.",
  additionalProperties: false,
  properties: {
    apiKey: {
      type: "string",
      title: "16 to 256 visible characters without spaces",
      description: "Key of the REST API, sent as X-Client-Key.",
      pattern: "^[\\x21-\\x7e]+$",
      minLength: 16,
      maxLength: 256,
      writeOnly: true,
    },
    apiKeyFile: secretFile,
    hosts: {
      type: "array",
      description:
        "Host names that name this project, besides every host whose first label is the project's name.",
      maxItems: 100,
      items: {
        type: "string",
        title: 'a host name such as "img.example.com" or "127.0.0.1:8080"',
        pattern: "^[^\\s/?#@*\\\\]+$",
        minLength: 1,
        maxLength: 260,
      },
    },
    origins: {
      type: "object",
      description: "Where originals may be fetched from besides aliases and prefix.",
      additionalProperties: false,
      properties: {
        allow: {
          type: "array",
          description:
            'Hosts, each covering its subdomains and, without a port, every port; ["*"] is every public host. Absent: only aliases and prefix.',
          maxItems: 1_000,
          items: {
            type: "string",
            title: 'a host such as "example.com", "127.0.0.1:9000" or "*"',
            pattern: "^(\\*|[^\\s/?#@*\\\\]+)$",
            minLength: 1,
            maxLength: 260,
          },
        },
        allowPrivate: {
          type: "boolean",
          description:
            "Hosts written out in allow, aliases and prefix may have private, loopback and link-local addresses.",
          default: false,
        },
        ...ORIGIN_PROPERTIES,
      },
    },
    aliases: {
      type: "object",
      description: "Short names for the beginning of originals.",
      maxProperties: 100,
      propertyNames: {
        title: 'a name that begins and ends with "_", such as "_site_", or "ctf:" and the id of a space',
        pattern: "^(_[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*_|ctf:[A-Za-z0-9._-]{1,64})$",
      },
      additionalProperties: ALIAS_TARGET,
    },
    prefix: httpUrl("Put in front of every original that is neither absolute nor begins with an alias."),
    tags: {
      type: "array",
      description:
        "Tags by which originals can be invalidated together. Answers carry the first five different tags; for the others a node forgets the whole project.",
      maxItems: 200,
      items: {
        type: "object",
        description: "Gives a tag to every original whose path contains a text.",
        additionalProperties: false,
        required: ["match", "tag"],
        properties: {
          match: {
            type: "string",
            title: 'a part of the path behind /v7, such as "/_media_/summer/"',
            description:
              "Part of the original's path, with any of its aliases, the prefix left out, or with its host; letters count as they are written.",
            pattern: "^[^\\s?#]+$",
            minLength: 1,
            maxLength: 500,
          },
          tag: {
            type: "string",
            title: 'a name such as "campaign-x": letters, digits, ".", "_", ":" and "-", at most 100',
            description: "Name of the tag.",
            pattern: "^[A-Za-z0-9][A-Za-z0-9._:-]*$",
            minLength: 1,
            maxLength: 100,
          },
        },
      },
    },
    formats: {
      type: "array",
      description:
        "Formats negotiated by Accept where the URL names none, best first. jxl (JPEG XL) needs the optional package wasm-vips and a process of its own for most answers.",
      maxItems: OUTPUT_FORMATS.length,
      items: { type: "string", enum: OUTPUT_FORMATS },
      default: ["avif", "webp"],
    },
    gamut: {
      type: "string",
      description:
        "Colours of what is rendered. p3: an original whose embedded profile reaches beyond sRGB (Display P3, Adobe RGB, ProPhoto) keeps its colours as far as Display P3 has them, with that profile embedded, in JPEG, PNG, WebP, AVIF and JPEG XL. GIF and every other original are sRGB without a profile.",
      enum: ["srgb", "p3"],
      default: "srgb",
    },
    improve: {
      type: "boolean",
      description:
        "AVIF and JPEG that are asked for again and again (three times within a day) are written anew where no visitor waits: the same look in fewer bytes. Until then nodes keep the first answer for at most ten minutes.",
      default: true,
    },
    minify: {
      type: "boolean",
      description:
        "Style sheets and scripts of up to 2,000,000 bytes that func=proxy delivers are sent without comments and white space; nothing in them is renamed or rewritten. Names with .min., files with a source map and what does not get smaller stay as they are. Needs the optional package @esbuild/<platform>-<processor>, such as @esbuild/linux-x64.",
      default: false,
    },
    forwardQuery: {
      type: "boolean",
      description: "Unknown query parameters are sent on to the origin.",
      default: true,
    },
    cache: {
      type: "object",
      description: "Lifetimes in seconds.",
      additionalProperties: false,
      properties: {
        browser: { ...seconds("For browsers.", 0), default: 60 },
        cdn: seconds("For CDN nodes. Default: 31536000 where a cdn is configured, else 60.", 0),
        revalidate: {
          ...seconds("Until the origin is asked again whether an original changed.", 1),
          default: 86_400,
        },
        perUrl: {
          ...seconds(
            "Longest that ci_cache may ask for, for browsers and nodes; 0 takes no notice of it.",
            0,
          ),
          default: 86_400,
        },
      },
    },
    ...SHORTENING_SETTINGS,
    ...SECURITY_SETTINGS,
    ...HINT_SETTINGS,
    watermark: {
      type: "string",
      title: 'the address of an image, absolute or beginning with an alias, such as "_site_/logo.png"',
      description:
        "The project's own watermark: what wat=1 without wat_url lays over a picture. Fetched as originals are, and invalidated with every picture it is on.",
      pattern: "^[^\\s#]+$",
      minLength: 1,
      maxLength: 2_000,
    },
    missing: {
      type: "object",
      description: "The answer when the origin has no such image.",
      additionalProperties: false,
      properties: {
        status: {
          type: "integer",
          description: "Status of the placeholder.",
          enum: [404, 200],
          default: 404,
        },
        ...PLACEHOLDER_SETTINGS,
      },
    },
  },
} as const satisfies Schema;

export type ProjectSection = ValueOf<typeof PROJECT_SCHEMA>;
