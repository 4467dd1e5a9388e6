import type { Proofs } from "@freshet/core";

/** The kinds of proofs that a delivery URL may carry. */
export type ProofKind = "fr_sig" | "ci_sign" | "ci_seal";

/** How a project's URLs are signed. */
export interface Security {
  /** Each of them is good. */
  readonly salts: readonly string[];
  /** What becomes of URLs without a signature. */
  readonly unsigned: "refuse" | "allow";
  readonly accept: readonly ProofKind[];
  /** Fewest hex digits of a SHA-1. */
  readonly shortest: number;
}

/** Sizes that unsigned URLs may ask for, ascending. */
export interface SizeLadder {
  readonly widths: readonly number[];
  readonly heights: readonly number[];
  /** Its multiples are allowed too. */
  readonly step: number | undefined;
  readonly outside: "snap" | "refuse";
}

/** What the proofs of a URL say. */
export interface Verdict {
  /** The kind of the true one; "v6" is the one behind the filters of an old URL. */
  readonly by: ProofKind | "v6" | undefined;
  /** What nobody without the salt can have changed. */
  readonly covers: "everything" | "sealed" | "nothing";
  /** When the URL ends, in seconds since the epoch. */
  readonly expires: number | undefined;
  readonly refused: "SIGNATURE_MISSING" | "SIGNATURE_WRONG" | undefined;
}

/** Proofs as they are read from a target, with the one of an old URL. */
export type AllProofs = Proofs & { readonly v6: Proofs["sign"] };
