import type { Floor } from "./floors.ts";

interface Folder {
  /** Of everything in the folder. */
  floor?: Floor;
  folders?: Map<string, Folder>;
  /** Of names in the folder that begin so: prefixes that end within a segment. */
  beginnings?: Map<string, Floor>;
  /** The lengths of `beginnings`, each once: a look-up tries each length, however many beginnings there are. */
  lengths?: readonly number[];
}

/**
 * Floors by prefix, as a tree of folders: a look-up walks down the folders of one name and meets every prefix that contains it,
 * so that it costs as much as the name is deep.
 */
export class PrefixFloors {
  readonly #root: Folder = {};
  #size = 0;

  /** Folders and beginnings that are kept. */
  get size(): number {
    return this.#size;
  }

  set(prefix: string, floor: Floor): void {
    const segments = prefix.split("/");
    const beginning = segments.pop() ?? "";
    let folder = this.#root;
    for (const segment of segments) {
      folder.folders ??= new Map();
      let next = folder.folders.get(segment);
      if (!next) {
        next = {};
        folder.folders.set(segment, next);
        this.#size += 1;
      }
      folder = next;
    }
    if (beginning === "") {
      folder.floor = floor;
      return;
    }
    folder.beginnings ??= new Map();
    if (!folder.beginnings.has(beginning)) this.#size += 1;
    folder.beginnings.set(beginning, floor);
    const { lengths = [] } = folder;
    if (!lengths.includes(beginning.length)) folder.lengths = [...lengths, beginning.length];
  }

  /** The newest of `least` and the floors of all prefixes that contain the name. */
  newest(segments: readonly string[], least: Floor): Floor {
    let newest = least;
    let folder: Folder | undefined = this.#root;
    for (let depth = 0; folder !== undefined && depth < segments.length; depth += 1) {
      const { floor, beginnings, lengths } = folder;
      const segment = segments[depth] ?? "";
      if (floor && floor.sequence > newest.sequence) newest = floor;
      if (beginnings && lengths) {
        for (const length of lengths) {
          const other = length > segment.length ? undefined : beginnings.get(segment.slice(0, length));
          if (other && other.sequence > newest.sequence) newest = other;
        }
      }
      folder = folder.folders?.get(segment);
    }
    return newest;
  }

  *floors(): Iterable<Floor> {
    const folders = [this.#root];
    for (let folder = folders.pop(); folder; folder = folders.pop()) {
      if (folder.floor) yield folder.floor;
      if (folder.beginnings) yield* folder.beginnings.values();
      if (folder.folders) folders.push(...folder.folders.values());
    }
  }

  /** Forgets the floors through a number, and the folders that hold no other. */
  forget(through: number): void {
    this.#prune(this.#root, through);
  }

  /** Answers whether nothing is left. */
  #prune(folder: Folder, through: number): boolean {
    if (folder.floor && folder.floor.sequence <= through) delete folder.floor;
    const { beginnings, folders } = folder;
    for (const [beginning, { sequence }] of beginnings ?? []) {
      if (sequence > through) continue;
      beginnings?.delete(beginning);
      this.#size -= 1;
    }
    if (beginnings) folder.lengths = [...new Set([...beginnings.keys()].map(({ length }) => length))];
    for (const [name, each] of folders ?? []) {
      if (!this.#prune(each, through)) continue;
      folders?.delete(name);
      this.#size -= 1;
    }
    return !folder.floor && !beginnings?.size && !folders?.size;
  }
}
