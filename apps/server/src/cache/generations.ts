/**
 * Remembers what was used lately: two maps, of which the older one goes whenever the younger one is full. What is asked for moves to
 * the younger one, so that it stays for as long as it is asked for; between half and the whole of the bound is kept of everything
 * else. A look-up costs that of a Map, and nothing is moved for it most of the time.
 */
export class Generations<Key, Value> {
  #young = new Map<Key, Value>();
  #old = new Map<Key, Value>();

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  get(key: Key): Value | undefined {
    const known = this.#young.get(key);
    if (known !== undefined) return known;
    const older = this.#old.get(key);
    if (older !== undefined) {
      this.#old.delete(key);
      this.#young.set(key, older);
    }
    return older;
  }

  set(key: Key, value: Value): void {
    this.#old.delete(key);
    this.#young.set(key, value);
  }

  delete(key: Key): boolean {
    return this.#young.delete(key) || this.#old.delete(key);
  }

  /** Half of the bound is full: what was not asked for since the last time is forgotten. */
  turn(): void {
    this.#old = this.#young;
    this.#young = new Map();
  }

  /** Of the younger half alone. */
  get young(): number {
    return this.#young.size;
  }
}
