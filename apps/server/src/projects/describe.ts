import { checkedByHandler, choice, count, list, named, object, text, time } from "../admin/schemas.ts";
import { SETTINGS_SCHEMA } from "./settings.ts";

// What the document of the API says about projects and their versions.

export const NAME = { name: text("Name of the project.", 63) };
export const VERSION = { ...NAME, version: text("Number of the version.", 15) };
export const NOTE = { "note?": text("Why, for whoever reads the versions.", 500) };
export const IF_MATCH = {
  "If-Match": "The ETag of what was read: the change is refused if somebody else was faster.",
};
export const INVALIDATIONS = list(text("Id of an invalidation to follow under /invalidate.", 60), 10);
export const SUMMARY = {
  name: text("Name of the project.", 63),
  origin: choice("Where it is written: projects of the configuration file are changed there alone.", [
    "file",
    "store",
  ]),
  "version?": count("The version in force; absent for a project of the file.", 1),
};
const PINNED = list(
  text('JSON pointer to a setting that the configuration file pins; "" is all of them.', 10_000),
);
const SETTINGS = named("ProjectSettings", SETTINGS_SCHEMA);
/** Checked where masks have become secrets again, and with more than a schema can see. */
export const SENT = checkedByHandler(SETTINGS);
export const PROJECT = named(
  "Project",
  object(
    "A project with its settings. Secrets are masked; a mask that is sent back keeps its secret, unless that would be sent somewhere else then.",
    {
      ...SUMMARY,
      settings: SETTINGS,
      pinned: PINNED,
    },
  ),
);
export const CHANGED = named(
  "ProjectChanged",
  object("What is in force on this instance; on all of them within a second.", {
    ...SUMMARY,
    settings: SETTINGS,
    pinned: PINNED,
    invalidations: INVALIDATIONS,
  }),
);
export const VERSION_VIEW = {
  version: count("Its number.", 1),
  at: time("When it was made."),
  principal: text("Who made it."),
  address: text("Where the request came from.", 100),
  ...NOTE,
  "deleted?": { type: "boolean", description: "This version ended the project." } as const,
};

export interface NamedParams {
  readonly Params: { readonly name: string };
}
export interface VersionParams {
  readonly Params: { readonly name: string; readonly version: string };
}
