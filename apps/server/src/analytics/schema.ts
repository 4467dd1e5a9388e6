import type { Schema } from "../config/shape.ts";

const kept = <const Days extends number, const Most extends number>(what: string, days: Days, most: Most) =>
  ({
    type: "object",
    description: `${what}: what is older, or more, goes.`,
    additionalProperties: false,
    properties: {
      days: {
        type: "integer",
        description: "Days for which they are kept.",
        minimum: 1,
        maximum: 3_660,
        default: days,
      },
      most: {
        type: "integer",
        description: "Rows at most; about 100 to 200 bytes each.",
        minimum: 1_000,
        maximum: 1_000_000_000,
        default: most,
      },
    },
  }) as const;

/** The section `analytics` of the configuration. */
export const ANALYTICS_SCHEMA = {
  type: "object",
  description: "What is counted and logged of answers, and for how long.",
  additionalProperties: false,
  properties: {
    enabled: {
      type: "boolean",
      description: "Whether anything is counted and logged. Without it the pages stay as they are.",
      default: true,
    },
    lines: kept("Lines of the logs: answers, renders and downloads", 30, 10_000_000),
    tenMinutes: kept("Sums by ten minutes", 35, 5_000_000),
    counts: kept("Counts of URLs, originals and referrers by the day", 92, 5_000_000),
    days: kept("Sums by the day", 800, 5_000_000),
    slowMs: {
      type: "integer",
      description: "Milliseconds from which on a download is a slow one.",
      minimum: 1,
      maximum: 300_000,
      default: 1_000,
    },
    countryHeader: {
      type: "string",
      title: 'a header such as "cf-ipcountry"',
      description:
        "Header in which the CDN in front tells the visitor's country. Default: cf-ipcountry or cloudfront-viewer-country.",
      pattern: "^[A-Za-z0-9-]{1,100}$",
      minLength: 1,
      maxLength: 100,
    },
  },
} as const satisfies Schema;
