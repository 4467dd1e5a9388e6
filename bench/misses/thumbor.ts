import { mkdtemp, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../test/support/freshet.ts";
import { startIn } from "../programs.ts";
import { type Peer, programOf } from "./peer.ts";

/** No storage, so that nothing is a hit; JPEG as the others write it; else its own defaults. */
const SETTINGS = `
STORAGE = "thumbor.storages.no_storage"
RESULT_STORAGE = None
PROGRESSIVE_JPEG = False
`;

/** As many processes as cores: each renders one picture at a time. */
export const thumbor: Peer = {
  name: "thumbor",
  formats: ["jpeg", "webp"],
  async start() {
    const program = programOf("thumbor");
    const folder = await mkdtemp(join(tmpdir(), "freshet-thumbor-"));
    const file = join(folder, "thumbor.conf");
    await writeFile(file, SETTINGS);
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const processes = ["--processes", String(availableParallelism()), "--log-level", "error"];
    const command = [program, "--ip", "127.0.0.1", "--port", String(port), "--conf", file, ...processes];
    const { pid, stop } = await startIn(folder, command, { answers: `${url}/healthcheck` });
    return { url, pid, stop };
  },
  request: ({ url }, original, { format, width, quality }) => ({
    url: `${url}/unsafe/${width}x0/filters:format(${format}):quality(${quality})/${encodeURIComponent(original)}`,
  }),
};
