import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cp, mkdir, mkdtemp, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "../../test/support/freshet.ts";
import { installPart } from "../../test/support/part.ts";
import { cached } from "../../test/support/wordpress/cache.ts";
import { startIn } from "../programs.ts";
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
    const cli = part.require.resolve("next/dist/bin/next");
    const env = { ...process.env, NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production" as const };
    const built = await build(part.folder, cli, env);
    // A copy: what it keeps of pictures goes with it.
    const folder = await mkdtemp(join(tmpdir(), "freshet-next-"));
    await cp(built, folder, { recursive: true });
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const command = [process.execPath, cli, "start", folder, "-H", "127.0.0.1", "-p", String(port)];
    const { pid, stop } = await startIn(folder, command, { env, answers: url });
    return { url, pid, stop };
  },
  request: ({ url }, original, { format, width, quality }) => ({
    url: `${url}/_next/image?url=${encodeURIComponent(original)}&w=${width}&q=${quality}`,
    accept: format === "webp" ? "image/webp" : "image/jpeg",
  }),
};

/** The folder of the built application in the ignored cache: built once for these packages and files. */
async function build(packages: string, cli: string, env: NodeJS.ProcessEnv): Promise<string> {
  const content = createHash("sha256")
    .update(JSON.stringify([packages, FILES]))
    .digest("hex")
    .slice(0, 12);
  return cached(`next-${content}`, async (draft) => {
    await mkdir(join(draft, "app"));
    for (const [name, text] of Object.entries(FILES)) await writeFile(join(draft, name), text);
    await cp(join(packages, "package.json"), join(draft, "package.json"));
    await symlink(join(packages, "node_modules"), join(draft, "node_modules"));
    await run(process.execPath, [cli, "build", "--webpack"], { cwd: draft, env });
  });
}
