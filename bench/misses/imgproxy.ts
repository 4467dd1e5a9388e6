import { freePort } from "../../test/support/freshet.ts";
import { startProgram } from "../programs.ts";
import { type Peer, programOf } from "./peer.ts";

/** Its own defaults but for what the comparison needs: unsigned URLs, originals on loopback, WebP at the effort of the others. */
const SETTINGS = {
  IMGPROXY_ALLOW_LOOPBACK_SOURCE_ADDRESSES: "true",
  IMGPROXY_WEBP_EFFORT: "4",
  IMGPROXY_LOG_LEVEL: "error",
};

export const imgproxy: Peer = {
  name: "imgproxy",
  formats: ["jpeg", "webp"],
  async start() {
    const program = programOf("imgproxy");
    const bind = `127.0.0.1:${await freePort()}`;
    const url = `http://${bind}`;
    const started = await startProgram([program], {
      env: { ...SETTINGS, IMGPROXY_BIND: bind },
      answers: `${url}/health`,
    });
    return { url, pid: started.pid, stop: started.stop };
  },
  request: ({ url }, original, { format, width, quality }) => ({
    url: `${url}/unsigned/rs:fit:${width}:0/q:${quality}/plain/${encodeURIComponent(original)}@${format === "jpeg" ? "jpg" : format}`,
  }),
};
