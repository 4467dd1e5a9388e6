import { render } from "@freshet/core/resize";
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

/** Pictures are PNG, because every client shows it, and each is made once. */
export async function createPlaceholders(): Promise<Placeholders> {
  const common = await drawn(new TextEncoder().encode(DRAWING));
  const own = new WeakMap<Project, Promise<Placeholder>>();
  return async (project) => {
    if (project?.placeholder === undefined) return common;
    // It was looked at when the settings were read; should it fail all the same, there is still something to show.
    const made = own.get(project) ?? drawn(Buffer.from(project.placeholder, "base64")).catch(() => common);
    own.set(project, made);
    return made;
  };
}

async function drawn(bytes: Uint8Array): Promise<Placeholder> {
  const box = { w: LARGEST_SIDE, h: LARGEST_SIDE, func: "bound", org_if_sml: true } as const;
  const { bytes: body } = await render(bytes, { resize: box }, { format: "png" });
  return { contentType: "image/png", body };
}
