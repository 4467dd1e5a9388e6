import { startIpx } from "../peers.ts";
import type { Peer } from "./peer.ts";

/** It writes progressive JPEG and has no setting for that. */
export const ipx: Peer = {
  name: "ipx",
  formats: ["jpeg", "webp"],
  start: startIpx,
  request: ({ url }, original, { format, width, quality }) => ({
    url: `${url}/w_${width},f_${format},q_${quality}/${original}`,
  }),
};
