import type { Transformation } from "@freshet/core";
import {
  type CutoutAsk,
  type CutoutProvider,
  type FaceSketch,
  type Frames,
  facesOfSketch,
  type ImageFacts,
  type Improved,
  improve,
  isRenderError,
  makeCutout,
  pictureFor,
  probe,
  type RenderError,
  type Rendered,
  type RenderLimits,
  type RenderOptions,
  render,
  type Survey,
  seeFaces,
  sketchForFaces,
  survey,
  takeMask,
} from "@freshet/core/resize";
import { sanitiseSvg } from "../svg/sanitise.ts";

/** What was seen in the pixels of an original, by question. */
export type Seen = readonly (readonly [question: string, answer: readonly number[]])[];

/** What a render takes that can be sent to another process. */
export interface RenderJob extends Omit<RenderOptions, "memory" | "frames"> {
  readonly original: Uint8Array;
  readonly transformation: Transformation;
  readonly seen: Seen;
}

const UNREAD_DOCUMENT: ImageFacts = {
  ...{ format: "pdf", width: 1, height: 1, pages: 1, pixels: 1 },
  ...{ hasAlpha: false, interlaced: false },
};
interface FaceJob {
  readonly original: Uint8Array;
  readonly limits: RenderLimits;
  /** Of a document. */
  readonly page?: number | undefined;
}

/** What is done to the bytes of strangers, here or in a cell: the same functions. Inputs and outputs can be cloned. */
export const JOBS = {
  /** What the header says; undefined for what is no image that is read. */
  async probe({ original }: { readonly original: Uint8Array }): Promise<ImageFacts | undefined> {
    try {
      return await probe(original);
    } catch (error) {
      if (!isRenderError(error)) throw error;
      // What is missing is said by whatever wants to draw it: it may be there another time.
      return error.code === "FORMAT_NOT_INSTALLED" ? UNREAD_DOCUMENT : undefined;
    }
  },

  /** What is looked at for faces, of an original that is better read where no finder is. */
  sketch: ({ original, limits, page }: FaceJob): Promise<FaceSketch> =>
    sketchForFaces(original, limits, page),

  /** Faces of an original or of its sketch, as memory keeps them. */
  faces: (job: FaceJob | { readonly sketch: FaceSketch }): Promise<readonly number[]> =>
    "sketch" in job ? facesOfSketch(job.sketch) : seeFaces(job.original, job.limits, job.page),

  survey: ({ original }: { readonly original: Uint8Array }): Promise<Survey> => survey(original),

  /** What draws in an SVG; undefined for one that can only be shown as pixels. */
  sanitise: ({ original }: { readonly original: Uint8Array }): Promise<Uint8Array | undefined> =>
    sanitiseSvg(original),

  /** The variant, and all that is known of the pixels now. Frames stay in their process. */
  async render(
    job: RenderJob,
    frames?: Frames,
  ): Promise<{ readonly rendered: Rendered; readonly seen: Seen }> {
    const { original, transformation, seen, ...options } = job;
    const known = new Map(seen);
    const rendered = await render(original, transformation, { ...options, memory: memoryIn(known), frames });
    return { rendered, seen: [...known] };
  },

  /** The same variant in fewer bytes. */
  improve({ original, transformation, seen, ...options }: RenderJob): Promise<Improved> {
    return improve(original, transformation, { ...options, memory: memoryIn(new Map(seen)) });
  },

  /** The mask of the subject, by Freshet's own provider or the operator's module; undefined where it sees none. */
  async cutOut({
    module,
    ...ask
  }: CutoutAsk & { readonly module?: string | undefined }): Promise<Uint8Array | undefined> {
    if (module === undefined) return makeCutout(ask);
    const { default: provider } = (await import(module)) as { readonly default: unknown };
    if (typeof provider !== "function") throw new Error(`${module} has no function as its default export.`);
    return makeCutout(ask, provider as CutoutProvider);
  },

  /** What a provider elsewhere is sent, and what of its answer is kept. */
  cutoutPicture: (ask: CutoutAsk): Promise<Uint8Array> => pictureFor(ask),
  cutoutMask: ({
    answer,
    picture,
  }: Readonly<Record<"answer" | "picture", Uint8Array>>): Promise<Uint8Array> => takeMask(answer, picture),
} as const;

const memoryIn = (known: Map<string, readonly number[]>) => ({
  recall: (question: string) => known.get(question),
  remember: (question: string, answer: readonly number[]) => void known.set(question, answer),
});

export type JobName = keyof typeof JOBS;
export type JobInput<Name extends JobName> = Parameters<(typeof JOBS)[Name]>[0];
export type JobOutput<Name extends JobName> = Awaited<ReturnType<(typeof JOBS)[Name]>>;

/** What a cell answers. */
export type Reply =
  | { readonly done: unknown }
  | { readonly refused: { readonly code: RenderError["code"]; readonly message: string } }
  | { readonly broken: string };

/** Does what was asked for by name; never rejects. */
export async function reply(name: JobName, input: unknown): Promise<Reply> {
  try {
    // The names were paired with their inputs by whoever asked.
    return { done: await (JOBS[name] as (input: unknown) => Promise<unknown>)(input) };
  } catch (error) {
    if (isRenderError(error)) return { refused: { code: error.code, message: error.message } };
    return { broken: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
