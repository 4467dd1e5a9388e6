import { freePort } from "../../test/support/freshet.ts";
import { startProgram } from "../programs.ts";
import { type Peer, programOf } from "./peer.ts";

/** Its own defaults, unsigned URLs, on loopback. It keeps nothing unless a storage is configured. */
export const imagor: Peer = {
  name: "imagor",
  formats: ["jpeg", "webp"],
  async start() {
    const program = programOf("imagor");
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const address = ["-server-address", "127.0.0.1", "-port", String(port)];
    const started = await startProgram([program, ...address, "-imagor-unsafe"], { answers: url });
    return { url, pid: started.pid, stop: started.stop };
  },
  request: ({ url }, original, { format, width, quality }) => ({
    url: `${url}/unsafe/${width}x0/filters:format(${format}):quality(${quality})/${encodeURIComponent(original)}`,
  }),
};
