import type { OutputFormat, Shortening } from "@freshet/core";
import type { Secret } from "../secrets/secret.ts";
import type { BucketPlace } from "../sources/buckets/place.ts";
import type { ContentfulPlace } from "../sources/contentful.ts";
import type { FilesPlace } from "../sources/files.ts";
import type { SourcePolicy } from "../sources/source.ts";
import type { Security, SizeLadder } from "./security.ts";

/** A name and a password for one address and what is below it. */
export interface BasicAuth {
  readonly user: string;
  readonly password: Secret;
}

/**
 * What an alias stands for: a folder inside the data folder, a URL prefix without a trailing slash, or a place in a bucket, a space of
 * Contentful or the project's own files, called what the names of its originals begin with.
 */
export type AliasTarget =
  | { readonly folder: string }
  | { readonly url: string; readonly auth?: BasicAuth }
  | { readonly bucket: string; readonly place: BucketPlace | ContentfulPlace | FilesPlace };

/** How a project treats the origins of its originals. */
export interface OriginSettings {
  /** Sent to hosts that the owner wrote down; values may hold the templates of `sources/origin-headers.ts`. */
  readonly headers: readonly { readonly name: string; readonly value: Secret }[];
  /** Seconds that an expired record may stand in for an origin that fails. */
  readonly staleIfError: number;
  /** Seconds that an expired record may answer while its origin is asked whether it still holds; absent: `staleWhileRevalidateOf`. */
  readonly staleWhileRevalidate?: number;
  /** Seconds until a missing original is asked for again. */
  readonly rememberMissing: number;
  /** Query parameter in which the origins take the version of an original. */
  readonly versionParameter?: string;
}

export const ORIGIN_DEFAULTS: OriginSettings = { headers: [], staleIfError: 0, rememberMissing: 10 };

/** Longest that an expired record answers where the project does not say. */
const STALE_SECONDS = 60;

/**
 * Seconds that an expired record may answer while its origin is asked. Where the project does not say, a hundredth of the time that
 * records hold: whoever wants his origin asked every few seconds is told at once what it says.
 */
export function staleWhileRevalidateOf({ origins, cache }: Pick<Project, "origins" | "cache">): number {
  return origins?.staleWhileRevalidate ?? Math.min(STALE_SECONDS, Math.floor(cache.revalidate / 100));
}

/** Gives a tag to every original whose path contains a text. */
export interface TagRule {
  /** Part of the path behind `/v7`, in the normal spelling of escapes. */
  readonly match: string;
  readonly tag: string;
}

/** One project as its settings say it, completed with defaults. Never changed: other settings make another object. */
export interface Project {
  readonly name: string;
  /** Key of the REST API that the configuration gives it; the keys of the store are rows of their own. */
  readonly apiKey: string | undefined;
  /** Host names (lower-case, with port where given) that name this project besides `<name>.…`. */
  readonly hosts: readonly string[];
  /** Alias name as it stands in URLs, e.g. "_sample_" → target. */
  readonly aliases: Readonly<Record<string, AliasTarget>>;
  /** Put in front of every original that is neither absolute nor begins with an alias; no trailing slash. */
  readonly prefix: string | undefined;
  /** Tags by which originals can be invalidated together. */
  readonly tags: readonly TagRule[];
  readonly source: SourcePolicy;
  /** Absent: `ORIGIN_DEFAULTS`. */
  readonly origins?: OriginSettings;
  /** Formats negotiated by `Accept` where the URL names none, best first. */
  readonly formats: readonly OutputFormat[];
  /** Display P3 for originals that reach beyond sRGB, where the format can say so; absent, everything is sRGB. */
  readonly gamut?: "p3";
  /** Present where variants stay as they were answered first. */
  readonly improve?: false;
  /** Style sheets and scripts that are delivered as files are minified. */
  readonly minify?: true;
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
  /** Address or alias path of the image that `wat=1` alone lays over pictures. */
  readonly watermark?: string;
  /** The project's own placeholder, in base64. */
  readonly placeholder?: string;
  /** Name of the project's file that is the placeholder; the common one stands in while there is no such file. */
  readonly placeholderFile?: string;
}

/** The projects that are in force now, and the one of a request. */
export interface Projects {
  readonly all: readonly Project[];
  /** Another number whenever the list has changed: what was read under an older one has to be looked at again. */
  readonly epoch: number;
  byName(name: string): Project | undefined;
  /** By `Host`: a project's `hosts`, else its first label, else the only project; undefined when none answers. */
  byHost(host: string | undefined): Project | undefined;
  /** By the API key of the configuration, compared in constant time. */
  byKey(key: string): Project | undefined;
  /** Whether these are the settings in force: what was begun under others must not count as new. */
  isCurrent(project: Project): boolean;
}

/** A list that follows the store. */
export interface LiveProjects extends Projects {
  /** Puts others in force, all at once. `count` is how many there were ever: the only one answers every host. */
  replace(all: readonly Project[], count?: number): void;
}
