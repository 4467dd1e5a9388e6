import { hash } from "node:crypto";
import { LRUCache } from "lru-cache";

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

/** Numbers of names that were used lately, the day on which the store was last told that a name is in use, and whether with its original. */
export class Names {
  readonly #ids = new LRUCache<string, { readonly id: number; told: number; hasOriginal: boolean }>({
    max: 50_000,
  });

  /** `isNew`: the store was not told of it on this day; `hasOriginal`: the store was told of its original. */
  find(
    kind: NameKind,
    project: string,
    text: string,
    day: number,
  ): { readonly id: number; readonly isNew: boolean; readonly hasOriginal: boolean } {
    const key = `${kind}\n${project}\n${text}`;
    let known = this.#ids.get(key);
    if (!known) {
      known = { id: nameId(kind, project, text), told: -1, hasOriginal: false };
      this.#ids.set(key, known);
    }
    return { id: known.id, isNew: known.told < day, hasOriginal: known.hasOriginal };
  }

  /** After the commit. */
  tell(kind: NameKind, project: string, text: string, day: number, hasOriginal: boolean): void {
    const known = this.#ids.get(`${kind}\n${project}\n${text}`);
    if (!known) return;
    known.told = Math.max(known.told, day);
    known.hasOriginal ||= hasOriginal;
  }
}
