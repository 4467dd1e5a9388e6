/** Something that an origin may give instead of a picture, and what a server has to do about it. */
export interface HostileInput {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** What the origin says it is; `image/jpeg` unless told. */
  readonly type?: string;
  /** Of the delivery URL, with its question mark; `?w=100` unless told. */
  readonly query?: string;
  /** Codes with which it is refused; absent for what is harmless and has to be answered with a picture. */
  readonly refused?: readonly string[];
  /** Left out at reduced size: it takes seconds of processor time like others that are tried. */
  readonly isLong?: boolean;
  /** Whether it may be answered with a picture all the same. */
  readonly mayShow?: boolean;
}

export const UNREADABLE = ["IMAGE_UNREADABLE"] as const;
export const TOO_LARGE = ["IMAGE_TOO_LARGE"] as const;
/** Whether the header, the decoder, the clock or the memory refuses it first depends on the machine. */
export const ANY = ["IMAGE_UNREADABLE", "IMAGE_TOO_LARGE", "IMAGE_TOO_SLOW"] as const;
