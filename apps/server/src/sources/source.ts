import type { ImageFacts } from "@freshet/core/resize";
import type { Secret } from "../secrets/secret.ts";
import type { BucketPlace } from "./buckets/place.ts";
import type { ContentfulPlace } from "./contentful.ts";
import type { Refusal } from "./refusal.ts";
import type { Spool, Spooled } from "./spool.ts";

/** Validators of an answer of the origin, for conditional requests. */
export interface Validators {
  readonly etag?: string;
  readonly lastModified?: string;
  /** `Date` of the answer: a Last-Modified younger than 60 s before it proves nothing. */
  readonly date?: string;
  /** The URL that gave them, after redirects: only this URL may be asked whether they still hold. */
  readonly url?: string;
}

/** Where one original is to be read. */
export type Location =
  /** Candidates in order of preference; the next is asked only where the one before gave no answer at all. */
  | { readonly kind: "http"; readonly urls: readonly string[]; readonly dress?: Dress }
  /** `folder` inside the data folder; `path` decoded, without a leading slash. */
  | { readonly kind: "folder"; readonly folder: string; readonly path: string }
  /** `key` behind the place's own prefix, decoded. */
  | { readonly kind: "bucket"; readonly place: BucketPlace; readonly key: string }
  /** `id` of an asset of the space, with a locale behind a slash or without one. */
  | { readonly kind: "contentful"; readonly place: ContentfulPlace; readonly id: string }
  /** `file` of those that were uploaded for the project. */
  | { readonly kind: "files"; readonly project: string; readonly file: string };

/** What an origin is sent that the owner of the project trusts it with; no other host ever gets it. */
export interface Dress {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly auth: { readonly user: string; readonly password: Secret } | undefined;
}

/** What the source answered. Expected refusals are values; `code` is a key of the server's error table. */
export type Fetched =
  | {
      readonly kind: "found";
      readonly bytes: Uint8Array;
      readonly contentType: string | undefined;
      readonly validators: Validators;
      /** Seconds the answer had already spent in caches on its way (`Age`). */
      readonly age: number;
      /** SHA-256 in hex, where it was known when the last byte came. */
      readonly digest?: string;
      /** What the header says, where the beginning told as much. */
      readonly facts?: ImageFacts;
    }
  | {
      /** Found, and written away while it came: whoever asked with a spool keeps it or discards it. */
      readonly kind: "spooled";
      readonly spooled: Spooled;
      readonly contentType: string | undefined;
      readonly validators: Validators;
      readonly age: number;
    }
  | { readonly kind: "unchanged"; readonly validators: Validators; readonly age?: undefined }
  | { readonly kind: "missing"; readonly status: 404 | 410; readonly age?: number }
  | {
      readonly kind: "refused";
      readonly code:
        | "ORIGINAL_NOT_ALLOWED"
        | "ORIGINAL_TOO_LARGE"
        | "ORIGIN_BROKEN"
        | "ORIGIN_SLOW"
        | "ORIGIN_DOWN"
        | "IMAGE_UNREADABLE"
        | "IMAGE_TOO_LARGE";
      /** For the log: it may name addresses that the public must not learn. */
      readonly reason: string;
      /** The origin is well and does not give this original to us: nothing expired stands in for that. */
      readonly isDenied?: true;
      /** Of an answer that was refused for what it brings. */
      readonly age?: number;
    };

/** What a project lets a source do. */
export interface SourcePolicy {
  /** Hosts that may be fetched from, each covering its subdomains; ["*"] is every host. A host may carry a port. */
  readonly allow: readonly string[];
  /** Hosts written out in `allow` (not "*", not their subdomains) may resolve to private, loopback and link-local addresses. */
  readonly allowPrivate: boolean;
  readonly maxBytes: number;
  /** The same of an original whose path is a video's; absent, that is no difference. */
  readonly maxVideoBytes?: number;
  /** For all of it; of what goes to a spool, for as many bytes as are held at most. */
  readonly timeoutMs: number;
  /** Failures of an origin count for this owner alone: nobody can make another one's origin look broken. */
  readonly owner?: string;
}

/**
 * Looks at the beginning of an original while the rest is under way: a refusal ends the download, "more" is asked again with more,
 * "enough" has seen all it wants to, facts are those of the whole. Never rejects.
 */
export type Inspect = (beginning: Uint8Array) => Promise<Refusal | ImageFacts | "enough" | "more">;

/**
 * Reads originals. `validators` of an earlier answer make the request conditional where they prove enough; `fresh` asks without
 * any. Both ask past every cache on the way (`Cache-Control: no-cache`). Never rejects for anything the origin does; rejects only when `signal` aborts.
 */
export interface Source {
  fetch(
    location: Location,
    request: {
      readonly policy: SourcePolicy;
      readonly validators?: Validators;
      readonly fresh: boolean;
      /** Absent, everything is read to its end. */
      readonly inspect?: Inspect;
      /** Absent, everything is held in memory. */
      readonly spool?: Spool;
      /** Asked when an answer brings no bytes: whether that is what was wanted. Absent is no. */
      readonly mayBeEmpty?: () => boolean;
    },
    signal: AbortSignal,
  ): Promise<Fetched>;
}
