import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "../../test/support/freshet.ts";
import { installPart } from "../../test/support/part.ts";
import { startProgram } from "../programs.ts";
import type { Peer } from "./peer.ts";
import { JPEG } from "./task.ts";

const run = promisify(execFile);

/** The least application that has next/image's route. */
const FILES: Readonly<Record<string, string>> = {
  "next.config.mjs": `export default { images: {
    dangerouslyAllowLocalIP: true, remotePatterns: [{ protocol: "http", hostname: "127.0.0.1" }],
    deviceSizes: [${JPEG.width}], imageSizes: [], qualities: [${JPEG.quality}], formats: ["image/webp"],
    maximumResponseBody: 100_000_000,
  } };`,
  "app/layout.jsx":
    "export default function Layout({ children }) { return <html><body>{children}</body></html>; }",
  "app/page.jsx": "export default function Page() { return <p>ready</p>; }",
};

/**
 * next/image as `next start` runs it. Its disk cache is never hit, for no URL comes twice; JPEG is written by its own choice of
 * encoder (mozjpeg), so its bytes and points stand beside its time.
 */
export const next: Peer = {
  name: "next/image",
  formats: ["jpeg", "webp"],
  async start() {
    const part = await installPart(join(import.meta.dirname, "../peers/next"));
    const folder = await mkdtemp(join(tmpdir(), "freshet-next-"));
    const remove = () => rm(folder, { recursive: true, force: true, maxRetries: 3 });
    try {
      await mkdir(join(folder, "app"));
      for (const [name, text] of Object.entries(FILES)) await writeFile(join(folder, name), text);
      await cp(join(part.folder, "package.json"), join(folder, "package.json"));
      await symlink(join(part.folder, "node_modules"), join(folder, "node_modules"));
      const cli = part.require.resolve("next/dist/bin/next");
      const env = { ...process.env, NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production" as const };
      await run(process.execPath, [cli, "build", "--webpack"], { cwd: folder, env });
      const port = await freePort();
      const url = `http://127.0.0.1:${port}`;
      const command = [process.execPath, cli, "start", folder, "-H", "127.0.0.1", "-p", String(port)];
      const started = await startProgram(command, { env, answers: url });
      return {
        url,
        pid: started.pid,
        async stop() {
          await started.stop();
          await remove();
        },
      };
    } catch (error) {
      await remove();
      throw error;
    }
  },
  request: ({ url }, original, { format, width, quality }) => ({
    url: `${url}/_next/image?url=${encodeURIComponent(original)}&w=${width}&q=${quality}`,
    accept: format === "webp" ? "image/webp" : "image/jpeg",
  }),
};
