import { render } from "@freshet/core/resize";

/** Drawn when an image cannot be given: a grey field with a broken frame, no words, so that it needs no translation. */
const DRAWING = `<svg xmlns="http://www.w3.org/2000/svg" width="480" height="320" viewBox="0 0 480 320">
<rect width="480" height="320" fill="#eceff1"/>
<g fill="none" stroke="#b0bec5" stroke-width="8" stroke-linejoin="round" stroke-linecap="round">
<path d="M150 90h70l-20 50 40 20-30 70h-60z"/><path d="M252 90h78v140h-88l28-62-36-20z"/>
<circle cx="184" cy="126" r="10"/><path d="m160 206 30-34M286 206l22-30 20 28"/></g></svg>`;

export interface Placeholder {
  readonly contentType: string;
  readonly body: Uint8Array;
}

/** The picture that stands in for one that cannot be given: PNG, because every client shows it. */
export async function createPlaceholder(): Promise<Placeholder> {
  const { bytes } = await render(new TextEncoder().encode(DRAWING), {}, { format: "png" });
  return { contentType: "image/png", body: bytes };
}
