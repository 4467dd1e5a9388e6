import type { StateRow } from "./migrations.ts";
import type { Original } from "./originals.ts";

/** What an original may be besides being served. */
export type State = Exclude<StateRow["state"], "served">;

/** The originals and projects that are not simply served, as this instance knows them. */
export class States {
  readonly #projects = new Map<string, Map<string, State>>();

  /** The state of an original: its own, else that of its project. */
  of({ project, tag }: Pick<Original, "project" | "tag">): State | undefined {
    const states = this.#projects.get(project.name);
    return states?.get(tag) ?? states?.get("");
  }

  /** Whether some original of the project is not simply served. */
  has(project: string): boolean {
    return this.#projects.has(project);
  }

  set({ project, tag, state }: Pick<StateRow, "project" | "tag" | "state">): void {
    const states = this.#projects.get(project) ?? new Map<string, State>();
    if (state === "served") states.delete(tag);
    else states.set(tag, state);
    if (states.size === 0) this.#projects.delete(project);
    else this.#projects.set(project, states);
  }

  clear(): void {
    this.#projects.clear();
  }
}
