import { hash } from "node:crypto";
import { Generations } from "../cache/generations.ts";

/** What a name is: URLs and addresses of origins belong to a project, and so do originals, whose names begin with it. */
export const NAME_KINDS = { url: 1, original: 2, referrer: 3, failing: 4, address: 5 } as const;
export type NameKind = (typeof NAME_KINDS)[keyof typeof NAME_KINDS];

/**
 * The number that stands for a name in every other table: 52 bits of a hash, so that nobody has to ask the store which number a name has.
 * The project is part of what is hashed: no two projects share a number.
 */
export function nameId(kind: NameKind, project: string, text: string): number {
  return Number.parseInt(hash("sha256", `${kind}\n${project}\n${text}`).slice(0, 13), 16);
}

/** Names that are remembered; of one that was forgotten the store is told once more. */
const MOST_NAMES = 50_000;

/** Of names that were used lately: the day on which the store was last told that a name is in use, and whether with its original. */
export class Names {
  /** Twice the day, and one more where the store was told of the original: the texts themselves would take three times as much. */
  readonly #told = new Generations<number, number>();

  /** `isNew`: the store was not told of it on this day; `hasOriginal`: the store was told of its original. */
  find(id: number, day: number): { readonly isNew: boolean; readonly hasOriginal: boolean } {
    const told = this.#told.get(id);
    if (told === undefined) return { isNew: true, hasOriginal: false };
    return { isNew: told < day * 2, hasOriginal: told % 2 === 1 };
  }

  /** After the commit. */
  tell(id: number, day: number, hasOriginal: boolean): void {
    const told = this.#told.get(id) ?? 0;
    const latest = Math.max(day, Math.floor(told / 2));
    this.#told.set(id, latest * 2 + (hasOriginal ? 1 : told % 2));
    if (this.#told.young > MOST_NAMES / 2) this.#told.turn();
  }
}
