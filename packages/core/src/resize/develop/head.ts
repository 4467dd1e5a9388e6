/** What the header of a format that is developed promises, read in plain code before any library sees a byte. */
export interface Head {
  /** Upright. */
  readonly width: number;
  readonly height: number;
  readonly hasAlpha: boolean;
  /** The profile reaches colours that sRGB has not. */
  readonly isWide?: boolean;
  /** An ordinary picture inside, which is shown in place of the rest. */
  readonly part?: Part;
}

export interface Part {
  readonly at: number;
  readonly length: number;
  /** EXIF orientation that the picture does not say itself. */
  readonly orientation?: number;
}

/** Reads a header; undefined for one that says nothing that could be drawn. */
export type ReadHead = (bytes: Uint8Array) => Head | undefined;
