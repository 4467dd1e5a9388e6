import type { Project } from "./project.ts";

/** A project as a file with nothing but a key makes it, and what a test says of it. */
export const projectOf = (more: Partial<Project> = {}): Project => ({
  name: "demo",
  apiKey: "client_0123456789abcdef",
  hosts: [],
  aliases: {},
  prefix: undefined,
  tags: [],
  source: { allow: [], allowPrivate: false, maxBytes: 1_000_000, timeoutMs: 1_000 },
  formats: [],
  forwardQuery: true,
  cache: { browser: 60, cdn: 60, revalidate: 60 },
  missingStatus: 404,
  ...more,
});
