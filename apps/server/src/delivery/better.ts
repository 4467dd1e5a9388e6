import type { Improvement } from "../cache/improvement.ts";
import { betterOf, type Choice, etagOf } from "./choice.ts";
import { isNotModified } from "./conditional.ts";

/** Seconds that nodes keep a first answer where a better one may follow; browsers, who have paid for its bytes, keep it as long as any. */
export const FIRST_LIFE = { cdn: 600 } as const;

/** A choice of which there may be two answers: the quick one, and the same picture in fewer bytes. */
export interface Two {
  readonly improvement: Improvement;
  readonly better: Choice;
}

export function twoOf(choice: Choice, improvement: Improvement | undefined): Two | undefined {
  if (choice.kind !== "variant" || improvement === undefined || improvement.state === "none")
    return undefined;
  return { improvement, better: betterOf(choice, improvement.key) };
}

/**
 * Which answer the asker has already and may keep: what is given now, and always the better one, which another instance may have given.
 * Whoever has the first is given the better one, once.
 */
export function heldOf(
  ifNoneMatch: string | undefined,
  first: Choice,
  two: Two | undefined,
): Choice | undefined {
  const current = two?.improvement.state === "better" ? two.better : first;
  if (isNotModified(ifNoneMatch, etagOf(current))) return current;
  return two && isNotModified(ifNoneMatch, etagOf(two.better)) ? two.better : undefined;
}

/** Whether a finished first answer is still the one to give; it counts as asked for, unless nobody waits for it. */
export function isLastWord(
  improvement: Improvement,
  etag: string,
  { ifNoneMatch, isForNobody }: { readonly ifNoneMatch: string | undefined; readonly isForNobody: boolean },
): boolean {
  if (isForNobody ? !improvement.isExpected : !improvement.ask()) return false;
  if (ifNoneMatch === undefined || isNotModified(ifNoneMatch, etag)) return true;
  return !isNotModified(ifNoneMatch, `"${improvement.key}"`);
}
