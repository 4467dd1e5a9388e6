import type { Identity } from "../projects/identity.ts";
import type { Mark } from "./mark.ts";
import { PrefixFloors } from "./prefix-floors.ts";

/** The newest invalidation that covers something, and when this instance applied it (milliseconds since the epoch). */
export interface Floor {
  readonly sequence: number;
  readonly at: number;
}

export const NEVER: Floor = { sequence: 0, at: 0 };

/** The floors of one project: of the whole of it, of single originals, of tags, of prefixes. */
export class Floors {
  #whole = NEVER;
  /** By tag, of originals and of the user. */
  readonly #tags = new Map<string, Floor>();
  readonly #prefixes = new PrefixFloors();

  /** What is kept besides the floor of the whole. */
  get size(): number {
    return this.#tags.size + this.#prefixes.size;
  }

  raise(mark: Mark, floor: Floor): void {
    if (mark.kind === "project") this.#whole = newer(this.#whole, floor);
    else if (mark.kind === "prefix") this.#prefixes.set(mark.prefix, floor);
    else this.#tags.set(mark.tag, floor);
  }

  /** The newest floor that covers the original. */
  of({ tag, segments, userTags }: Identity): Floor {
    let floor = newer(this.#whole, this.#tags.get(tag));
    for (const each of userTags) floor = newer(floor, this.#tags.get(each));
    return this.#prefixes.size === 0 ? floor : this.#prefixes.newest(segments, floor);
  }

  /** Turns the floors through a number into one of the whole, which covers at least as much. */
  fold(through: number): void {
    let newest = NEVER;
    const take = (floor: Floor) => {
      if (floor.sequence <= through) newest = newer(newest, floor);
    };
    for (const [tag, floor] of this.#tags) {
      take(floor);
      if (floor.sequence <= through) this.#tags.delete(tag);
    }
    for (const floor of this.#prefixes.floors()) take(floor);
    this.#prefixes.forget(through);
    this.#whole = newer(this.#whole, newest);
  }

  /** The number through which half of what is kept would fold. */
  middle(): number {
    const floors = [...this.#tags.values(), ...this.#prefixes.floors()];
    const numbers = Float64Array.from(floors, ({ sequence }) => sequence).sort();
    return numbers[numbers.length >> 1] ?? 0;
  }
}

export function newer(one: Floor, other: Floor | undefined): Floor {
  return other && other.sequence > one.sequence ? other : one;
}
