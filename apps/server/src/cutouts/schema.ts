import { httpUrl, secretFile } from "../config/fragments.ts";
import type { Schema } from "../config/shape.ts";

/** Who removes backgrounds besides Freshet's own provider. */
export const CUTOUTS_SCHEMA = {
  type: "object",
  description:
    "Who tells what of a picture is its subject, for bg_remove. Absent: Freshet itself, and no picture leaves this machine. It also stands in for a provider that fails.",
  additionalProperties: false,
  properties: {
    module: {
      type: "string",
      title: "the path of a module",
      description:
        "A JavaScript module of yours that is loaded into the process in which pictures are read; a relative path begins at the configuration file. Its default export takes { data, width, height }, four bytes a pixel, and answers the same with one byte a pixel, 255 for what stays, or undefined where there is no subject.",
      minLength: 1,
      maxLength: 1_000,
    },
    url: httpUrl(
      "An address of yours that each picture is sent to: a POST of a PNG, no side longer than 1024 pixels, that is answered by 200 and a PNG whose alpha, or brightness where nothing of it is transparent, says what stays.",
    ),
    allowPrivate: {
      type: "boolean",
      description: "Whether that address may be in a private network or on this machine.",
      default: false,
    },
    authorization: {
      type: "string",
      title: "the value of a header",
      description: "Sent to the address as its Authorization header.",
      minLength: 1,
      maxLength: 4_096,
      writeOnly: true,
    },
    authorizationFile: secretFile,
    timeoutMs: {
      type: "integer",
      description: "Milliseconds that the address may take for one picture.",
      minimum: 100,
      maximum: 120_000,
      default: 30_000,
    },
    revision: {
      type: "integer",
      description: "Raise it when the provider gives other masks than before: masks are kept under it.",
      minimum: 1,
      maximum: 1_000_000,
      default: 1,
    },
  },
} as const satisfies Schema;
