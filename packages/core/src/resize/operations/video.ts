import type { Apply } from "./apply.ts";

/** What a video becomes is settled before there is a picture of it. */
export const video: Apply<"video"> = (picture) => picture;
