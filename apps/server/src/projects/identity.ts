/** What an original is known by to invalidations: everything that can cover it. */
export interface Identity {
  readonly project: string;
  /** "o-" and 16 hex digits of its normal form. */
  readonly tag: string;
  /** Its normal form: the project, host or folder, and the file last, e.g. "shop/h.example/a/b.jpg". */
  readonly name: string;
  /** The user's tags ("u-" and 16 hex digits) that it has. */
  readonly userTags: readonly string[];
}
