import type { ProbeRequest } from "@freshet/core";
import { LRUCache } from "lru-cache";
import { covers, type Mark } from "../cache/mark.ts";
import type { Original } from "../projects/originals.ts";
import type { Project } from "../projects/project.ts";

/** Delivery URLs remembered per original. */
const PER_ORIGINAL = 4;
/** Originals looked at, the newest first, and targets compared with each, to find some that a wide invalidation covers. */
const MOST_LOOKED_AT = 1_000;
const MOST_WIDE = 20;

/** Characters of everything that is remembered: URLs and headers are as long as anybody likes. */
const MOST_CHARACTERS = 16 * 2 ** 20;

/** What is remembered of an original. */
type Named = Pick<Original, "identity" | "project">;

interface Known {
  readonly original: Named;
  readonly urls: readonly ProbeRequest[];
}

/** How many delivery URLs are wanted: of so many originals, so many each. */
export interface Sampling {
  readonly originals: number;
  readonly each: number;
}

/** The delivery URLs of each original that were asked for last: what a purge is verified with. */
export class RecentUrls {
  readonly #known = new LRUCache<string, Known>({
    max: 10_000,
    maxSize: MOST_CHARACTERS,
    sizeCalculation: ({ urls }) => urls.reduce((sum, each) => sum + charactersOf(each), 1),
  });
  /** Hosts and what clients accept: thousands of requests bring the same few, each time as texts of their own. */
  readonly #texts = new LRUCache<string, string>({ max: 200 });
  readonly #isCurrent: (project: Project) => boolean;

  constructor(isCurrent: (project: Project) => boolean = () => true) {
    this.#isCurrent = isCurrent;
  }

  add({ identity, project }: Named, request: ProbeRequest): void {
    const known = this.#known.get(identity.tag);
    const urls = known?.urls ?? [];
    const isKnown = urls.some((each) => each.path === request.path && each.accept === request.accept);
    if (isKnown && known?.original.project === project) return;
    const kept = { ...request, host: this.#once(request.host), accept: this.#once(request.accept) };
    const others = isKnown ? urls : [kept, ...urls.slice(0, PER_ORIGINAL - 1)];
    this.#known.set(identity.tag, { original: { identity, project }, urls: others });
  }

  #once(text: string | undefined): string | undefined {
    const known = text === undefined ? undefined : this.#texts.get(text);
    if (text !== undefined && known === undefined) this.#texts.set(text, text);
    return known ?? text;
  }

  /** Some of the URLs that the invalidation of these targets covers, newest first; single originals before wide targets. */
  sample(marks: readonly Mark[], { originals, each }: Sampling): readonly ProbeRequest[] {
    const found = new Map<string, Known>();
    for (const mark of marks) {
      const known = mark.kind === "original" ? this.#known.peek(mark.tag) : undefined;
      if (known && found.size < originals) found.set(known.original.identity.tag, known);
    }
    const wide = marks.filter(({ kind }) => kind !== "original").slice(0, MOST_WIDE);
    let left = wide.length === 0 ? 0 : MOST_LOOKED_AT;
    for (const known of this.#known.values()) {
      if (left === 0 || found.size >= originals) break;
      left -= 1;
      const { identity, project } = known.original;
      // By other settings it may lie in other tags; its project is the same.
      const which = this.#isCurrent(project) ? wide : wide.filter(({ kind }) => kind === "project");
      if (which.some((mark) => covers(mark, identity))) found.set(identity.tag, known);
    }
    return [...found.values()].flatMap(({ urls }) => urls.slice(0, each));
  }
}

const charactersOf = ({ path, host = "", accept = "" }: ProbeRequest): number =>
  path.length + host.length + accept.length;
