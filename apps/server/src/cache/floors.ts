import type { Identity } from "../projects/identity.ts";
import type { Mark } from "./mark.ts";
import { PrefixFloors } from "./prefix-floors.ts";

/** The newest invalidation that covers something, and when this instance applied it (milliseconds since the epoch). */
export interface Floor {
  readonly sequence: number;
  readonly at: number;
}

export const NEVER: Floor = { sequence: 0, at: 0 };

/** Before a prefix in the list of floors: no tag begins so. */
const PREFIX = "/";

/** The floors of one project: of the whole of it, of single originals, of tags, of prefixes. Numbers only grow. */
export class Floors {
  #whole = NEVER;
  /** By tag, of originals and of the user, and by prefix: the one that was raised longest ago comes first. */
  readonly #named = new Map<string, Floor>();
  readonly #prefixes = new PrefixFloors();

  /** What is kept besides the floor of the whole. */
  get size(): number {
    return this.#named.size + this.#prefixes.size;
  }

  raise(mark: Mark, floor: Floor): void {
    if (mark.kind === "project") {
      this.#whole = newer(this.#whole, floor);
      return;
    }
    const name = mark.kind === "prefix" ? PREFIX + mark.prefix : mark.tag;
    this.#named.delete(name);
    this.#named.set(name, floor);
    if (mark.kind === "prefix") this.#prefixes.set(mark.prefix, floor);
  }

  /** The newest floor that covers the original. */
  of({ project, tag, name, userTags }: Identity): Floor {
    let floor = newer(this.#whole, this.#named.get(tag));
    for (const each of userTags) floor = newer(floor, this.#named.get(each));
    return this.#prefixes.size === 0 ? floor : this.#prefixes.newest(name, project.length + 1, floor);
  }

  /** Turns the floors through a number into one of the whole, which covers at least as much. */
  fold(through: number): void {
    for (const [name, floor] of this.#named) {
      if (floor.sequence > through) return;
      this.#foldOne(name, floor);
    }
  }

  /** The same for so many floors, the oldest first. */
  foldOldest(count: number): void {
    let left = count;
    for (const [name, floor] of this.#named) {
      if (left === 0) return;
      left -= 1;
      this.#foldOne(name, floor);
    }
  }

  #foldOne(name: string, floor: Floor): void {
    this.#named.delete(name);
    if (name.startsWith(PREFIX)) this.#prefixes.delete(name.slice(PREFIX.length));
    this.#whole = newer(this.#whole, floor);
  }
}

export function newer(one: Floor, other: Floor | undefined): Floor {
  return other && other.sequence > one.sequence ? other : one;
}
