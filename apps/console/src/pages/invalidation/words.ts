import type { InvalidationScope, InvalidationStatus, TargetOutcome } from "@freshet/core";

/** How each status is called for people. */
export const STATUS_WORDS: Readonly<Record<InvalidationStatus, string>> = {
  RECEIVED: "Received",
  PREPARING: "Preparing",
  FLUSHINGCLOUDIMAGESERVER: "Flushing resizing servers",
  FLUSHINGCDNSERVERS: "Flushing CDN servers",
  DONE: "Done",
  ERROR_CDN_NODE: "ERROR_CDN_NODE",
  ERROR: "ERROR",
};

/** What each status means, in one sentence. */
export const STATUS_SENTENCES: Readonly<Record<InvalidationStatus, string>> = {
  RECEIVED: "The request is written down and has its number.",
  PREPARING: "The server finds out what is covered.",
  FLUSHINGCLOUDIMAGESERVER: "Each instance forgets what it knows of the originals.",
  FLUSHINGCDNSERVERS: "Each node of the CDN is purged, and asked what it serves now.",
  DONE: "Every instance and node serves the new state.",
  ERROR_CDN_NODE:
    "At least one node could not be purged, and may serve old pictures. Retry it when the node is well.",
  ERROR: "It could not be carried out. Retry it, or look at the reason.",
};

export const SCOPE_WORDS: Readonly<Record<InvalidationScope, string>> = {
  original: "Original",
  urls: "Exact URLs",
  tags: "Tags",
  all: "All",
};

export const TARGET_WORDS: Readonly<Record<TargetOutcome["status"], string>> = {
  waiting: "Waiting",
  done: "Done",
  failed: "Failed",
  skipped: "Skipped",
};

/** How a node was purged. */
export const PURGE_WORDS: Readonly<Record<NonNullable<TargetOutcome["by"]>, string>> = {
  urls: "by exact URLs",
  paths: "by paths",
  originals: "by originals",
  tags: "by tags",
  project: "the whole project",
};

/** Causes that Freshet gives by itself; those of systems are shown by their own names. */
const CAUSES: Readonly<Record<string, string>> = {
  api: "API",
  cli: "Command line",
  console: "Console",
  recheck: "Recheck: the origin gave other bytes later",
  settings: "Settings changed",
  restore: "Journal restored",
  state: "State of an original changed",
  wordpress: "WordPress",
  shopify: "Shopify",
  contentful: "Contentful",
};

export const causeWord = (kind: string): string =>
  Object.hasOwn(CAUSES, kind) ? (CAUSES[kind] ?? kind) : kind;

export const hasFailed = (status: InvalidationStatus): boolean =>
  status === "ERROR" || status === "ERROR_CDN_NODE";

export const hasEnded = (status: InvalidationStatus): boolean => status === "DONE" || hasFailed(status);
