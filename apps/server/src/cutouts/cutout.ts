/**
 * `waiting`: it will be made; `ready`: its mask is here; `none`: there is none, or it cannot be had for now; `lost`: who asks next begins it anew.
 */
export type CutoutState = "waiting" | "ready" | "none" | "lost";

/** What is known of one original without its background. Finished answers hold on to it, so that a hit learns by one look whether it is still the one to give. */
export class Cutout {
  readonly #over = Promise.withResolvers<void>();
  #state: CutoutState = "waiting";
  #mask: string | undefined;

  get state(): CutoutState {
    return this.#state;
  }

  /** Digest of the mask, once it is ready. */
  get mask(): string | undefined {
    return this.#mask;
  }

  /** Resolves once it waits no more. */
  get over(): Promise<void> {
    return this.#over.promise;
  }

  lose(): void {
    this.#state = "lost";
    this.#over.resolve();
  }

  /** Without a mask there is none. */
  settle(mask: string | undefined): void {
    this.#state = mask === undefined ? "none" : "ready";
    this.#mask = mask;
    this.#over.resolve();
  }
}
