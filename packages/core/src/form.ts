/**
 * What kind of value a parameter takes, for whoever makes a control of it. `parse` of the codec stays the judge: a form says what is
 * worth offering, not all that can be read.
 */
export type Form =
  /** `digits` are the decimals that are kept. */
  | { readonly kind: "number"; readonly min: number; readonly max: number; readonly digits: number }
  | { readonly kind: "flag" }
  /** One of these words. */
  | { readonly kind: "choice"; readonly choices: readonly string[] }
  /** A comma list of these words, the first that can be followed first. */
  | { readonly kind: "choices"; readonly choices: readonly string[] }
  /** Six hex digits; `auto` is a further word for it. */
  | { readonly kind: "color"; readonly auto: boolean }
  /** COLOR,OPACITY. */
  | { readonly kind: "tint" }
  /** DARK,LIGHT,OPACITY. */
  | { readonly kind: "duotone" }
  /** One of these words, or a point of the original such as `50p,20p`. */
  | { readonly kind: "gravity"; readonly choices: readonly string[] }
  /** Pixels X,Y of the original, each from 0 to `max`. */
  | { readonly kind: "point"; readonly max: number }
  /** Width:height. */
  | { readonly kind: "ratio" }
  /** Degrees of a turn. */
  | { readonly kind: "angle" }
  /** One radius or four, each from 0 to `max` or the word `max`. */
  | { readonly kind: "radii"; readonly max: number }
  /** One or two numbers; `p` behind them is percent. `most` says how large they may be, plain and in percent. */
  | { readonly kind: "lengths"; readonly most: { readonly plain: number; readonly p: number } }
  /** Pixels from 1 to `max`, with `max` behind them for at most so many. */
  | { readonly kind: "fontsize"; readonly max: number }
  /** A line of at most so many characters. */
  | { readonly kind: "text"; readonly longest: number }
  /** Where an image is: a URL, or a path that begins with an alias. */
  | { readonly kind: "address"; readonly longest: number };
