import { render } from "@freshet/core/resize";
import { LRUCache } from "lru-cache";
import type { Project } from "../projects/project.ts";

/** Drawn when an image cannot be given: a grey field with a broken frame, no words, so that it needs no translation. */
const DRAWING = `<svg xmlns="http://www.w3.org/2000/svg" width="480" height="320" viewBox="0 0 480 320">
<rect width="480" height="320" fill="#eceff1"/>
<g fill="none" stroke="#b0bec5" stroke-width="8" stroke-linejoin="round" stroke-linecap="round">
<path d="M150 90h70l-20 50 40 20-30 70h-60z"/><path d="M252 90h78v140h-88l28-62-36-20z"/>
<circle cx="184" cy="126" r="10"/><path d="m160 206 30-34M286 206l22-30 20 28"/></g></svg>`;

/** A project's own picture is brought down to this, so that a large one costs nobody much. */
const LARGEST_SIDE = 1_200;

export interface Placeholder {
  readonly contentType: string;
  readonly body: Uint8Array;
}

/** Gives the picture that stands in for one that cannot be given: the project's own, else the common one. Never rejects. */
export type Placeholders = (project: Project | undefined) => Promise<Placeholder>;

/** The uploaded files of projects. */
export interface PlaceholderFiles {
  /** Undefined where there is no such file now. */
  digestOf(project: string, name: string): string | undefined;
  read(
    project: string,
    name: string,
  ): Promise<{ readonly digest: string; readonly bytes: Uint8Array } | undefined>;
}

/** Placeholders of files that are kept ready. */
const MOST_FILES = 200;

/** Milliseconds after which the common one is drawn though nobody needs it yet: who is refused because of overload does not wait for it. */
const DRAWN_AFTER_MS = 1_000;

/** Pictures are PNG, because every client shows it, and each is made once. */
export function createPlaceholders(files: PlaceholderFiles): Placeholders {
  let drawing: Promise<Placeholder> | undefined;
  const common = (): Promise<Placeholder> => {
    drawing ??= drawn(new TextEncoder().encode(DRAWING));
    return drawing;
  };
  // Not at the start, which has the first picture to answer.
  setTimeout(() => void common(), DRAWN_AFTER_MS).unref();
  const own = new WeakMap<Project, Promise<Placeholder>>();
  const byDigest = new LRUCache<string, Promise<Placeholder>>({ max: MOST_FILES });
  const read = async (project: string, file: string, digest: string): Promise<Placeholder> => {
    const found = await files.read(project, file);
    if (found?.digest !== digest) throw new Error("The file is another one by now.");
    return drawn(found.bytes);
  };
  const ofFile = async ({ name }: Project, file: string): Promise<Placeholder> => {
    const digest = files.digestOf(name, file);
    if (digest === undefined) return common();
    const made = byDigest.get(digest) ?? read(name, file, digest);
    byDigest.set(digest, made);
    // Should the store be away, or the file have changed meanwhile, it is asked again for the next one.
    return made.catch(() => {
      byDigest.delete(digest);
      return common();
    });
  };
  return async (project) => {
    if (project?.placeholderFile !== undefined) return ofFile(project, project.placeholderFile);
    if (project?.placeholder === undefined) return common();
    // It was looked at when the settings were read; should it fail all the same, there is still something to show.
    const made = own.get(project) ?? drawn(Buffer.from(project.placeholder, "base64")).catch(common);
    own.set(project, made);
    return made;
  };
}

async function drawn(bytes: Uint8Array): Promise<Placeholder> {
  const box = { w: LARGEST_SIDE, h: LARGEST_SIDE, func: "bound", org_if_sml: true } as const;
  const { bytes: body } = await render(bytes, { resize: box }, { format: "png" });
  return { contentType: "image/png", body };
}
