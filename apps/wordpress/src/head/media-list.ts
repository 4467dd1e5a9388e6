/** One picture of a media library, as anybody may list it. */
export interface ListedMedia {
  readonly id: number;
  /** Every file that the list names: absolute URLs. */
  readonly urls: readonly string[];
}

/** Pictures in order of their ids. */
export interface MediaPage {
  readonly media: readonly ListedMedia[];
  /** Where the next page begins; undefined after the last. */
  readonly next: MediaPlace | undefined;
}

/** A place in the list: how many are before it, and the last id that was seen. */
export interface MediaPlace {
  readonly offset: number;
  readonly id: number;
}

/** Port to the public media list of one WordPress. Rejects with one sentence that names the site. */
export interface MediaList {
  after(place: MediaPlace, limit: number): Promise<MediaPage>;
}
