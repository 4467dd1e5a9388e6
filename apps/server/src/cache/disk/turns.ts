/** Lets what is done under one name be done one behind the other. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Names under which something is done or waits. */
  get size(): number {
    return this.#last.size;
  }

  isTaken(name: string): boolean {
    return this.#last.has(name);
  }

  /** Does the work when everything before it under the name has ended, well or not. */
  async take<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#last.get(name) ?? Promise.resolve();
    const done = before.then(work, work);
    this.#last.set(name, done);
    try {
      return await done;
    } finally {
      if (this.#last.get(name) === done) this.#last.delete(name);
    }
  }
}
