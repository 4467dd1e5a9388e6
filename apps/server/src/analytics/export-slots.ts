import { ServerError } from "../errors.ts";

/** Files that are taken away at the same time: from an instance, and of them by one who asks. */
const MOST = { all: 16, one: 4 };

/** Who takes logs away: nobody can hold the places of everybody else. */
export class ExportSlots {
  readonly #held = new Map<string, number>();
  #all = 0;

  /**
   * Takes a place; the function gives it back.
   * @throws ServerError EXPORTS_TOO_MANY
   */
  take(who: string): () => void {
    const mine = this.#held.get(who) ?? 0;
    if (mine >= MOST.one || this.#all >= MOST.all) throw new ServerError("EXPORTS_TOO_MANY");
    this.#held.set(who, mine + 1);
    this.#all += 1;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#all -= 1;
      const left = (this.#held.get(who) ?? 0) - 1;
      if (left > 0) this.#held.set(who, left);
      else this.#held.delete(who);
    };
  }
}
