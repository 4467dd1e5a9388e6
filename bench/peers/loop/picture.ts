import { renderTask } from "../../misses/task.ts";

/** What most comparisons ask for: 800 pixels wide, WebP. */
export const WIDTH = 800;
export const QUALITY = 80;

/** WebP by bare sharp. */
export const renderBare = (bytes: Uint8Array, width = WIDTH, quality = QUALITY): Promise<Buffer> =>
  renderTask(bytes, { format: "webp", width, quality });
