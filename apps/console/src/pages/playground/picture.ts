import { path, withQuery } from "../../api/call.ts";
import { refusal, unreachable } from "../../api/error.ts";
import { type Facts, readFacts } from "./facts.ts";

/** A picture as the server gave it; a placeholder too, with the reason among its facts. */
export interface Shown {
  readonly blob: Blob;
  readonly facts: Facts;
  readonly status: number;
  readonly bytes: number;
  /** From the question to the last byte, in milliseconds. */
  readonly ms: number;
  readonly width: number;
  readonly height: number;
}

/** What browsers of different ages take. */
export const BROWSERS = {
  new: { title: "Takes AVIF and WebP", accept: "image/avif,image/webp,image/*,*/*;q=0.8" },
  webp: { title: "Takes WebP", accept: "image/webp,image/*,*/*;q=0.8" },
  old: { title: "Takes neither", accept: "image/*,*/*;q=0.8" },
} as const;
export type BrowserKind = keyof typeof BROWSERS;

export interface Question {
  readonly project: string;
  readonly target: string;
  readonly as: "delivered" | "original";
  readonly accept: string;
}

/**
 * Asks for a picture, past every cache of the browser. Rejects with an `ApiError` where the server does not even look at the URL, and
 * with an AbortError where the signal says so.
 */
export async function fetchPicture(
  { project, target, as, accept }: Question,
  signal: AbortSignal,
): Promise<Shown> {
  const where = withQuery(path`/projects/${project}/picture`, { url: target, as });
  const begun = performance.now();
  const failed = (thrown: unknown) => (signal.aborted ? thrown : unreachable());
  const response = await fetch(where, {
    headers: { accept },
    cache: "no-store",
    credentials: "same-origin",
    redirect: "manual",
    signal,
  }).catch((thrown: unknown) => {
    throw failed(thrown);
  });
  if (response.type === "opaqueredirect") {
    const sentence = "The project sends visitors to the original's own address instead of delivering it.";
    throw refusal(302, { code: "REDIRECTED", detail: sentence });
  }
  const blob = await response.blob().catch((thrown: unknown) => {
    throw failed(thrown);
  });
  const ms = performance.now() - begun;
  if (!blob.type.startsWith("image/")) throw refused(response.status, await jsonIn(blob));
  const facts = readFacts(response.headers);
  const { width, height } = await sizeOf(blob);
  return { blob, facts, status: response.status, bytes: blob.size, ms, width, height };
}

/** A server that only controls has no pictures, and no such address. */
function refused(status: number, answer: unknown) {
  const error = refusal(status, answer);
  if (error.code !== "ROUTE_UNKNOWN") return error;
  const detail = "This server delivers no pictures itself. Open the console of one that does (role all).";
  return refusal(status, { code: error.code, detail });
}

async function jsonIn(blob: Blob): Promise<unknown> {
  try {
    return JSON.parse(await blob.text());
  } catch {
    return undefined;
  }
}

/** Pixels as the browser counts them; 0 × 0 for what it cannot show. */
async function sizeOf(blob: Blob): Promise<{ readonly width: number; readonly height: number }> {
  const url = URL.createObjectURL(blob);
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    return { width: image.naturalWidth, height: image.naturalHeight };
  } catch {
    return { width: 0, height: 0 };
  } finally {
    URL.revokeObjectURL(url);
  }
}
