import type { Schema } from "../config/shape.ts";

/** The section `accessLog` of the configuration. */
export const ACCESS_LOG_SCHEMA = {
  type: "object",
  description:
    "A line of JSON for each answer to a delivery URL. Absent: none. What its fields say is in docs/access-log.md.",
  additionalProperties: false,
  required: ["to"],
  properties: {
    to: {
      type: "string",
      title: 'the path of a file, or "stdout"',
      description:
        'The file that lines are appended to, or "stdout"; a relative path begins at the configuration file. It is opened anew on SIGHUP, and when it was renamed or removed. FRESHET_ACCESS_LOG overrides it.',
      minLength: 1,
      maxLength: 4_096,
    },
    sample: {
      type: "integer",
      description: "One of so many answers is logged; its line says of how many.",
      minimum: 1,
      maximum: 1_000_000,
      default: 1,
    },
    address: {
      type: "boolean",
      description: "Whether lines have the address that the connection came from.",
      default: false,
    },
    bufferBytes: {
      type: "integer",
      description:
        "Bytes of lines that may wait for the disk. What comes beyond them is dropped, and counted in freshet_access_log_lines_dropped_total.",
      minimum: 65_536,
      maximum: 1_073_741_824,
      default: 4_194_304,
    },
  },
} as const satisfies Schema;
