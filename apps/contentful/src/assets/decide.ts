import type { AssetChange } from "@freshet/core";
import type { ContentfulEvent } from "../event.ts";
import type { Policy } from "../policy.ts";
import type { Files } from "./asset-file.ts";
import type { Locales } from "./names.ts";

/** What the index knows of an asset in one environment. */
export interface KnownAsset {
  readonly state: "published" | "unpublished" | "archived" | "deleted";
  /** Place of the last event that was followed, in Contentful's order: milliseconds since the epoch. */
  readonly place: number;
  /** How often an editor asked for a new version. */
  readonly bumps: number;
  readonly title: string | undefined;
  /** Of an asset that is not published any more, those it had. */
  readonly files: Files;
}

/** A block that holds now, by the original's name. */
export type Blocks = ReadonlyMap<string, "policy" | "editor">;

/** Everything that is looked at. */
export interface Situation {
  readonly space: string;
  readonly asset: string;
  /** Place of the event. */
  readonly place: number;
  readonly known: KnownAsset | undefined;
  /** Addresses of this asset's files that other environments publish. */
  readonly elsewhere: ReadonlySet<string>;
  /** The environment is the one that visitors see: stable ids stand for its files. */
  readonly isDelivered: boolean;
  readonly locales: Locales;
  readonly blocks: Blocks;
  readonly policy: Policy;
  readonly link: string;
}

/** What is to be done, why, and what is known from then on. */
export interface Decided {
  readonly changes: readonly AssetChange[];
  readonly reason: string;
  /** Absent: the index stays as it is. */
  readonly next?: KnownAsset;
  readonly block?: readonly string[];
  readonly unblock?: readonly string[];
}

/** What a reason says of an event that was not sent. */
export const missed = (event: Extract<ContentfulEvent, { kind: "published" | "withdrawn" }>) =>
  event.missed ? ["No event had said so; it was found by comparing with Contentful."] : [];

/** Something newer is known: the event changes nothing. */
export function late({ place }: KnownAsset): Decided {
  return {
    changes: [],
    reason: `Older than what is known since ${new Date(place).toISOString()}: ignored.`,
  };
}
