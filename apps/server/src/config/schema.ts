import { ACCESS_LOG_SCHEMA } from "../access-log/schema.ts";
import { ANALYTICS_SCHEMA } from "../analytics/schema.ts";
import { CUTOUTS_SCHEMA } from "../cutouts/schema.ts";
import { ROLES } from "../instances/roles.ts";
import { httpUrl, secretFile, YEAR } from "./fragments.ts";
import { PROJECT_SCHEMA } from "./project-schema.ts";
import { CDN_ENTRY } from "./sections/cdn.ts";
import { CONTENTFUL_CONNECTOR, SHOPIFY_CONNECTOR } from "./sections/connectors.ts";
import { CONSOLE_SCHEMA } from "./sections/console.ts";
import { SETTINGS_SCHEMA } from "./settings-schema.ts";
import type { Schema, ValueOf } from "./shape.ts";
import { SHARED_CACHE_SCHEMA } from "./shared-cache-schema.ts";

const MIB = 2 ** 20;
const GIB = 2 ** 30;

/** The configuration file. The published JSON Schema, the checks, the types and the reference all come from here. */
export const CONFIG_SCHEMA = {
  type: "object",
  description: "Configuration of Freshet.",
  additionalProperties: false,
  properties: {
    $schema: { type: "string", description: "Tells editors where this schema is.", maxLength: 2_000 },
    projects: {
      type: "object",
      description: "Projects by name. Absent: the built-in project demo.",
      minProperties: 1,
      maxProperties: 1_000,
      propertyNames: {
        title: "a name of small letters, digits and hyphens, at most 63",
        pattern: "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
      },
      additionalProperties: PROJECT_SCHEMA,
    },
    pinned: {
      type: "object",
      description:
        'Settings of projects of the store that are the same whatever the store says, and that only this file changes: by project, or under "*" for all of them.',
      maxProperties: 1_000,
      propertyNames: {
        title: 'a name of small letters, digits and hyphens, at most 63, or "*"',
        pattern: "^(\\*|[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)$",
      },
      // The same settings that the store keeps; files are named for projects of the file alone.
      additionalProperties: SETTINGS_SCHEMA as typeof PROJECT_SCHEMA,
    },
    adminKey: {
      ...PROJECT_SCHEMA.properties.apiKey,
      description:
        "Key of the whole installation for the REST API: it may make projects, change their settings and give out keys. Absent: nobody may.",
    },
    adminKeyFile: secretFile,
    cdn: {
      type: "array",
      description:
        "CDN nodes in front of this server, each with the kind of its driver. What to set up at a bought CDN is in docs/cdn.md.",
      maxItems: 100,
      items: CDN_ENTRY,
    },
    connectors: {
      type: "object",
      description: "CMS connectors that npm start runs beside the server.",
      additionalProperties: false,
      properties: {
        wordpress: {
          type: "array",
          description: "WordPress sites.",
          maxItems: 1_000,
          items: {
            type: "object",
            additionalProperties: false,
            required: ["site"],
            properties: {
              site: httpUrl("Address of the site."),
              secret: {
                type: "string",
                title: "one or two lines of at least 16 characters",
                description: "Secret shared with the plugin.",
                minLength: 16,
                maxLength: 4_096,
                writeOnly: true,
              },
              secretFile,
              mode: {
                type: "string",
                description:
                  "plugin: the site tells what changed. head: it has no plugin and no secret; its public media list and the headers of its files are looked at.",
                enum: ["plugin", "head"],
                default: "plugin",
              },
              requestsPerSecond: {
                type: "integer",
                description: "Requests to a site without the plugin, at most.",
                minimum: 1,
                maximum: 200,
                default: 10,
              },
              reconcileSeconds: {
                type: "integer",
                description:
                  "Seconds from the end of a look through everything the site has to the next. Default: 21600 with the plugin, 3600 without.",
                minimum: 10,
                maximum: 2_592_000,
              },
              project: {
                type: "string",
                description: "Project that the site's pictures are delivered by.",
                minLength: 1,
                maxLength: 63,
                default: "demo",
              },
              apiKey: {
                ...PROJECT_SCHEMA.properties.apiKey,
                description:
                  "Key of that project with the right to write. Needed where the project was made in the console; absent, it is the key that projects has.",
              },
              apiKeyFile: secretFile,
            },
          },
        },
        addresses: {
          type: "array",
          description:
            "Where this server may ask connectors how they are, whatever they announce: the default is the usual ports of this machine. FRESHET_CONNECTOR_ADDRESSES overrides it.",
          maxItems: 100,
          default: ["127.0.0.1:8081", "127.0.0.1:8082", "127.0.0.1:8083"],
          items: {
            type: "string",
            title: 'a host with its port such as "connector.example:443"',
            pattern: "^([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\\[[0-9A-Fa-f:.]+\\]):[0-9]{1,5}$",
            maxLength: 300,
          },
        },
        contentful: CONTENTFUL_CONNECTOR,
        shopify: SHOPIFY_CONNECTOR,
      },
    },
    console: CONSOLE_SCHEMA,
    role: {
      type: "string",
      description:
        "What this instance is there for: delivery serves images, control has the API and carries invalidations through, all does both. FRESHET_ROLE overrides it.",
      enum: ROLES,
      default: "all",
    },
    store: {
      type: "object",
      description:
        "Where the journal is kept. Absent: in an SQLite file of the data folder, for one process alone. FRESHET_STORE_URL overrides its address.",
      additionalProperties: false,
      properties: {
        url: {
          type: "string",
          title: 'an address such as "postgres://user:password@host:5432/freshet"',
          description:
            "Address of a PostgreSQL database, at the primary and past any pooler of transactions; any number of instances may share it.",
          pattern: "^postgres(ql)?://\\S+$",
          minLength: 1,
          maxLength: 2_000,
          writeOnly: true,
        },
        urlFile: secretFile,
        poolSize: {
          type: "integer",
          description: "Connections of this instance at most, besides one that listens.",
          minimum: 1,
          maximum: 1_000,
          default: 10,
        },
      },
    },
    sharedCache: SHARED_CACHE_SCHEMA,
    leaseMs: {
      type: "integer",
      description:
        "Milliseconds that an instance of several may answer from its caches without having heard from the store. An invalidation waits at most a little longer for an instance that does not answer.",
      minimum: 1_000,
      maximum: 300_000,
      default: 10_000,
    },
    limits: {
      type: "object",
      description: "Bounds of this instance.",
      additionalProperties: false,
      properties: {
        maxOriginalBytes: {
          type: "integer",
          description: "Bytes of one original, and of a file that func=proxy delivers.",
          minimum: 1_024,
          maximum: GIB,
          default: 50_000_000,
        },
        maxVideoBytes: {
          type: "integer",
          description:
            "Bytes of one original whose path ends as a video's does. What has more than 32 MiB goes straight to the disk, where it may take half of what originals have, which is 35 % of diskBytes.",
          minimum: 1_024,
          maximum: 2 * GIB,
          default: 500_000_000,
        },
        videoWaitMs: {
          type: "integer",
          description:
            "Milliseconds that a request waits for a clip or a preview to be made; then it is answered with 202, and the work goes on.",
          minimum: 0,
          maximum: 60_000,
          default: 5_000,
        },
        originTimeoutMs: {
          type: "integer",
          description:
            "Milliseconds that reading one original may take; of a large video, each 32 MiB of it. Nobody waits longer than twice that.",
          minimum: 100,
          maximum: 300_000,
          default: 15_000,
        },
        memoryBytes: {
          type: "integer",
          description: "Bytes of finished answers kept in memory.",
          minimum: MIB,
          maximum: 64 * GIB,
          default: 256 * MIB,
        },
        frameBytes: {
          type: "integer",
          description:
            "Bytes of decoded pixels that sizes of one original share which are asked for within five seconds of each other, as those of a srcset are. 0 decodes for each size anew.",
          minimum: 0,
          maximum: 64 * GIB,
          default: 64 * MIB,
        },
        diskBytes: {
          type: "integer",
          description: "Bytes of originals, variants and records kept in the data folder.",
          minimum: 64 * MIB,
          maximum: 64 * 1_024 * GIB,
          default: 10 * GIB,
        },
        records: {
          type: "integer",
          description: "Originals remembered in memory.",
          minimum: 1_000,
          maximum: 10_000_000,
          default: 100_000,
        },
        renders: {
          type: "integer",
          description: "Renders at the same time. Default: as many as the machine has cores.",
          minimum: 1,
          maximum: 256,
        },
        waitingCost: {
          type: "integer",
          description:
            "Work that may wait for a render place, in hundredths of a second of one core; beyond it the answer is 503. A photograph of 12 megapixels as a WebP of 800 pixels is 9.",
          minimum: 1,
          maximum: 1_000_000,
          default: 2_000,
        },
        cells: {
          type: "integer",
          description:
            "Processes that read what a few bytes can make expensive: drawings, documents, AVIF, HEIC and others that need a decoder of their own, and pictures that have to be held whole. They are started when first needed. Default: as many as the machine has cores, at most 2.",
          minimum: 1,
          maximum: 64,
        },
        cellBytes: {
          type: "integer",
          description:
            "Bytes of memory that all of them may take together. What needs more is answered with 413: an AVIF or HEIC original may have 15 megapixels by default (BMP 16, PSD 14, JPEG XL 12, JPEG 2000 7, a sensor 10), and up to 25 with more: AVIF and HEIC from 600000000 bytes on. A progressive JPEG in full colour has about 35 at most, and 50 from 480000000 bytes on. Large answers are scaled down to what it allows.",
          minimum: 200_000_000,
          maximum: 64 * GIB,
          default: 360_000_000,
        },
        cellWaitingMs: {
          type: "integer",
          description: "Milliseconds that a request may wait for one of them.",
          minimum: 100,
          maximum: 120_000,
          default: 60_000,
        },
        warmUpRate: {
          type: "integer",
          description:
            "Originals that warm-ups ask of one origin in a second, at most, those of all instances together.",
          minimum: 1,
          maximum: 1_000,
          default: 10,
        },
        retention: {
          type: "integer",
          description:
            "Seconds for which ended invalidations stay in the journal. What they covered stays covered.",
          minimum: 3_600,
          maximum: 10 * YEAR,
          default: 2_592_000,
        },
        auditRetention: {
          type: "integer",
          description: "Seconds for which the log of changes is kept.",
          minimum: 86_400,
          maximum: 10 * YEAR,
          default: YEAR,
        },
        waitingMs: {
          type: "integer",
          description:
            "Milliseconds that a request may wait for a render place. What would wait longer, by how long renders take lately, is answered with 503 at once; where more has been asked for than can be rendered for a quarter of that time without a break, half of it is allowed.",
          minimum: 100,
          maximum: 120_000,
          default: 10_000,
        },
        clientBudget: {
          type: "integer",
          description:
            "What may be made anew for one client in a minute, in hundredths of a second of one core, and five times as much at once; beyond it the answer is 429. What is kept already costs nothing. A client is an address, of IPv6 its /64 network, and where console.proxies names the proxy in front the address that it says. 0 is no bound. Default: 6000, for public addresses alone, and behind a CDN only for those that a trusted proxy names.",
          minimum: 0,
          maximum: 100_000_000,
        },
        originBudget: {
          type: "integer",
          description:
            "The same for all that is made of one origin of a project. Default: no bound; origins take turns anyway.",
          minimum: 0,
          maximum: 100_000_000,
        },
        unbudgeted: {
          type: "array",
          description:
            "Addresses and networks that no client's budget counts, such as those of a bought CDN. Nodes that cdn names by their addresses are among them.",
          maxItems: 1_000,
          default: [],
          items: {
            type: "string",
            title: 'an address or a network such as "192.0.2.0/24"',
            minLength: 2,
            maxLength: 64,
          },
        },
        drainPauseMs: {
          type: "integer",
          description:
            "Milliseconds from SIGTERM, when /readyz begins to answer 503, until no new connections are taken: as long as a load balancer needs to notice. Everything is still answered meanwhile, and each connection closed after its answer.",
          minimum: 0,
          maximum: 300_000,
          default: 0,
        },
        drainMs: {
          type: "integer",
          description:
            "Milliseconds after that pause in which answers under way may be finished; then connections are cut.",
          minimum: 100,
          maximum: 300_000,
          default: 10_000,
        },
      },
    },
    video: {
      type: "object",
      description: "How videos are converted: by ffmpeg, a program of its own that is not part of Freshet.",
      additionalProperties: false,
      properties: {
        ffmpeg: {
          type: "string",
          title: "the path of a program",
          description:
            "Path of ffmpeg; ffprobe lies beside it. Absent: both are looked for where the system looks for programs.",
          minLength: 1,
          maxLength: 2_000,
        },
      },
    },
    analytics: ANALYTICS_SCHEMA,
    accessLog: ACCESS_LOG_SCHEMA,
    cutouts: CUTOUTS_SCHEMA,
    log: {
      type: "string",
      description: "How much is logged. FRESHET_LOG overrides it.",
      enum: ["fatal", "error", "warn", "info", "debug", "trace", "silent"],
      default: "info",
    },
  },
} as const satisfies Schema;

export type ConfigFile = ValueOf<typeof CONFIG_SCHEMA>;
export type LogLevel = NonNullable<ConfigFile["log"]>;

/** One environment variable: what it is for and what holds without it. */
interface Variable {
  readonly description: string;
  readonly default: string;
}

/** The environment that the server reads; it wins over the file. */
export const ENVIRONMENT = {
  FRESHET_CONFIG: {
    description: "Path of the configuration file. A file that is named here must exist.",
    default: "./freshet.config.json",
  },
  FRESHET_HOST: { description: "Address to listen on.", default: "127.0.0.1" },
  PORT: { description: "Port to listen on, 0 for any that is free.", default: "8080" },
  FRESHET_DATA: { description: "Data folder; one process at a time works in it.", default: "./.freshet" },
  FRESHET_API_KEY: {
    description: "API key of the project demo, or of the only project.",
    default: "that of the file; for demo one is made and kept in the data folder",
  },
  FRESHET_API_KEY_FILE: { description: "File that holds FRESHET_API_KEY.", default: "none" },
  FRESHET_ADMIN_KEY: {
    description: "API key of the whole installation.",
    default: "that of the file; without a file one is made and kept in the data folder",
  },
  FRESHET_ADMIN_KEY_FILE: { description: "File that holds FRESHET_ADMIN_KEY.", default: "none" },
  FRESHET_ROLE: { description: "What this instance is there for.", default: "that of the file" },
  FRESHET_STORE_URL: { description: "Address of a PostgreSQL database.", default: "that of the file" },
  FRESHET_STORE_URL_FILE: { description: "File that holds FRESHET_STORE_URL.", default: "none" },
  FRESHET_SHARED_CACHE_ENDPOINT: {
    description: "Address of the S3-compatible store of the shared cache.",
    default: "that of the file",
  },
  FRESHET_SHARED_CACHE_REGION: { description: "Its region.", default: "that of the file" },
  FRESHET_SHARED_CACHE_BUCKET: { description: "Its bucket.", default: "that of the file" },
  FRESHET_SHARED_CACHE_PREFIX: { description: "Beginning of every key in it.", default: "that of the file" },
  FRESHET_SHARED_CACHE_ACCESS_KEY_ID: { description: "Name of its access key.", default: "that of the file" },
  FRESHET_SHARED_CACHE_SECRET_ACCESS_KEY: {
    description: "Secret of its access key.",
    default: "that of the file",
  },
  FRESHET_SHARED_CACHE_SECRET_ACCESS_KEY_FILE: {
    description: "File that holds FRESHET_SHARED_CACHE_SECRET_ACCESS_KEY.",
    default: "none",
  },
  FRESHET_SECRET_KEY: {
    description:
      "Keys that secrets in the store are sealed with: 32 bytes each in hex or base64, one a line or with commas between. The first seals, all of them open; settings that are put again are sealed with the first. All instances need the same.",
    default: "one is made and kept in the data folder",
  },
  FRESHET_SECRET_KEY_FILE: { description: "File that holds FRESHET_SECRET_KEY.", default: "none" },
  FRESHET_CONNECTOR_ADDRESSES: {
    description: "Hosts with ports at which connectors may be asked, with commas between.",
    default: "that of the file",
  },
  FRESHET_CONSOLE_DIR: {
    description: "Folder of the built console, which is served at /console.",
    default: "the one that was built beside the server",
  },
  FRESHET_LOG: { description: "How much is logged.", default: "that of the file" },
  FRESHET_ACCESS_LOG: {
    description: 'File that the access log is appended to, "stdout", or "off" for none.',
    default: "that of the file",
  },
} as const satisfies Readonly<Record<string, Variable>>;
