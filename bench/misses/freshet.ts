import { startOwn } from "../peers.ts";
import type { Peer } from "./peer.ts";

/** With everything that is on by default: caches, analytics, metrics. Originals are new bytes, so nothing is a hit. */
export const freshet: Peer = {
  name: "freshet",
  formats: ["jpeg", "webp", "avif"],
  start: () => startOwn(),
  request: ({ url }, original, { format, width, quality }) => ({
    url: `${url}/v7/${original}?w=${width}&force_format=${format}&q=${quality}`,
  }),
};
