import type { Floor } from "./floors.ts";

interface Folder {
  /** Of everything in the folder. */
  floor?: Floor;
  folders?: Map<string, Folder>;
  /** Of names in the folder that begin so: prefixes that end within a segment. */
  beginnings?: Map<string, Floor>;
  /** How many of `beginnings` have each length: a look-up tries each length, however many beginnings there are. */
  lengths?: Map<number, number>;
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
    const { folders, beginning } = read(prefix);
    let folder = this.#root;
    for (const name of folders) {
      folder.folders ??= new Map();
      let next = folder.folders.get(name);
      if (!next) {
        next = {};
        folder.folders.set(name, next);
        this.#size += 1;
      }
      folder = next;
    }
    if (beginning === "") {
      folder.floor = floor;
      return;
    }
    folder.beginnings ??= new Map();
    if (!folder.beginnings.has(beginning)) {
      this.#size += 1;
      folder.lengths ??= new Map();
      folder.lengths.set(beginning.length, (folder.lengths.get(beginning.length) ?? 0) + 1);
    }
    folder.beginnings.set(beginning, floor);
  }

  /** Forgets the floor of a prefix, and the folders that only led to it. */
  delete(prefix: string): void {
    const { folders, beginning } = read(prefix);
    const way: Folder[] = [this.#root];
    for (const name of folders) {
      const next = way.at(-1)?.folders?.get(name);
      if (!next) return;
      way.push(next);
    }
    const last = way.at(-1);
    if (beginning === "") delete last?.floor;
    else if (last?.beginnings?.delete(beginning)) {
      this.#size -= 1;
      const left = (last.lengths?.get(beginning.length) ?? 1) - 1;
      if (left === 0) last.lengths?.delete(beginning.length);
      else last.lengths?.set(beginning.length, left);
    }
    for (let depth = way.length - 1; depth > 0; depth -= 1) {
      const { floor, beginnings, folders: inner } = way[depth] ?? {};
      if (floor || beginnings?.size || inner?.size) return;
      way[depth - 1]?.folders?.delete(folders[depth - 1] ?? "");
      this.#size -= 1;
    }
  }

  /** The newest of `least` and the floors of all prefixes that contain the name, which begins at `from`. */
  newest(name: string, from: number, least: Floor): Floor {
    let newest = least;
    let folder: Folder | undefined = this.#root;
    for (let at = from; folder !== undefined && at <= name.length; ) {
      const { floor, beginnings, lengths } = folder;
      const slash = name.indexOf("/", at);
      const end = slash === -1 ? name.length : slash;
      const segment = name.slice(at, end);
      at = end + 1;
      if (floor && floor.sequence > newest.sequence) newest = floor;
      if (beginnings && lengths) {
        for (const length of lengths.keys()) {
          const other = length > segment.length ? undefined : beginnings.get(segment.slice(0, length));
          if (other && other.sequence > newest.sequence) newest = other;
        }
      }
      folder = folder.folders?.get(segment);
    }
    return newest;
  }
}

/** The folders of a prefix, and the beginning of a name behind them; "" for all names. */
function read(prefix: string): { readonly folders: readonly string[]; readonly beginning: string } {
  const folders = prefix.split("/");
  const beginning = folders.pop() ?? "";
  return { folders, beginning };
}
