import { freePort } from "../../test/support/freshet.ts";
import { startProgram } from "../programs.ts";
import { type Peer, programOf } from "./peer.ts";
import { JPEG, WEBP } from "./task.ts";

/** The qualities and the effort of the others, baseline JPEG; else its own defaults, linear light among them. */
const SETTINGS = {
  OXIMG_BIND: "127.0.0.1",
  OXIMG_JPEG_PROGRESSIVE: "0",
  OXIMG_WEBP_QUALITY: String(WEBP.quality),
  OXIMG_WEBP_EFFORT: "4",
  QUALITY: String(JPEG.quality),
};

export const oximg: Peer = {
  name: "oximg",
  formats: ["jpeg", "webp"],
  async start(origin) {
    const program = programOf("oximg");
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const env = { ...SETTINGS, PORT: String(port), OXIMG_SOURCE_BASE_URL: origin.url };
    const started = await startProgram([program], { env, answers: `${url}/health` });
    return { url, pid: started.pid, stop: started.stop };
  },
  request: ({ url }, original, { format, width }) => ({
    url: `${url}/resize/${width}/0${new URL(original).pathname}@${format}`,
  }),
};
