import type { OutputFormat, Shortening } from "@freshet/core";
import type { SourcePolicy } from "../sources/source.ts";
import type { Security, SizeLadder } from "./security.ts";

/** What an alias stands for: a folder inside the data folder, or a URL prefix without a trailing slash. */
export type AliasTarget = { readonly folder: string } | { readonly url: string };

/** Gives a tag to every original whose path contains a text. */
export interface TagRule {
  /** Part of the path behind `/v7`, in the normal spelling of escapes. */
  readonly match: string;
  readonly tag: string;
}

/** One project as the configuration says it, completed with defaults. */
export interface Project {
  readonly name: string;
  /** Key of the REST API (`X-Client-Key`). */
  readonly apiKey: string;
  /** Host names (lower-case, with port where given) that name this project besides `<name>.…`. */
  readonly hosts: readonly string[];
  /** Alias name as it stands in URLs, e.g. "_sample_" → target. */
  readonly aliases: Readonly<Record<string, AliasTarget>>;
  /** Put in front of every original that is neither absolute nor begins with an alias; no trailing slash. */
  readonly prefix: string | undefined;
  /** Tags by which originals can be invalidated together. */
  readonly tags: readonly TagRule[];
  readonly source: SourcePolicy;
  /** Formats negotiated by `Accept` where the URL names none, best first. */
  readonly formats: readonly OutputFormat[];
  /** Unknown query parameters are sent on to the origin. */
  readonly forwardQuery: boolean;
  /** Seconds: for browsers, for CDN nodes, and until a record is revalidated. */
  readonly cache: {
    readonly browser: number;
    readonly cdn: number;
    readonly revalidate: number;
    /** Longest that a URL may ask for with `ci_cache`; absent is a day. */
    readonly perUrl?: number;
  };
  /** Status of an answer whose original is missing. */
  readonly missingStatus: 404 | 200;
  // What a project does without is absent, so that its settings stay the same when the server learns something new.
  /** Presets, rules and defaults. */
  readonly shortening?: Shortening;
  readonly security?: Security;
  /** Sizes that unsigned URLs may ask for. */
  readonly sizes?: SizeLadder;
  /** Whether paths must or must not begin with `/v7/`; absent is both. */
  readonly v7?: "required" | "absent";
  /** URLs of the form before v7 are understood. */
  readonly v6?: true;
  /** Which headers of a request besides `Accept` choose the answer. */
  readonly hints?: { readonly client: boolean; readonly saveData: boolean };
  /** The project's own placeholder, in base64. */
  readonly placeholder?: string;
}

/** Finds the project of a request. */
export interface Projects {
  readonly all: readonly Project[];
  /** By `Host`: its first label, else a project's `hosts`, else the only project; undefined when none answers. */
  byHost(host: string | undefined): Project | undefined;
  /** By API key, compared in constant time. */
  byKey(key: string): Project | undefined;
}
