import type { Schema } from "./shape.ts";

// Pieces that several settings of the configuration share.

export const YEAR = 31_536_000;

export const secretFile = {
  type: "string",
  title: "the path of a file",
  description: "File that holds the secret; a relative path begins at the configuration file.",
  minLength: 1,
  maxLength: 4_096,
} as const satisfies Schema;

/** Names of uploaded files: each is one step of a path, and no extension decides what it is. */
export const fileName = {
  type: "string",
  title: 'a name such as "logo.png": letters, digits, ".", "_" and "-", at most 100',
  description: "Name of an uploaded file.",
  pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$",
  maxLength: 100,
} as const satisfies Schema;

export const httpUrl = (description: string) =>
  ({
    type: "string",
    title: 'an address such as "http://origin.example/media"',
    description,
    pattern: "^[^\\s?#@\\\\]+$",
    minLength: 1,
    maxLength: 2_000,
  }) as const satisfies Schema;

export const seconds = (description: string, minimum: number) =>
  ({ type: "integer", description, minimum, maximum: YEAR }) as const satisfies Schema;
