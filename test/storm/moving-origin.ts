import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import sharp from "sharp";

/** An origin whose pictures show their version in every pixel, and whose answers take their time after they were read. */
export interface MovingOrigin {
  readonly url: string;
  /** Gives the pictures new bytes; answers their version, which only grows. */
  change(paths: readonly string[]): Promise<number>;
  close(): Promise<void>;
}

export async function startMovingOrigin(options: {
  /** Between reading the picture of this path and the end of the answer: milliseconds, or until it resolves. */
  readonly delay: (path: string) => number | Promise<void>;
  /** Whether headers and half of the body are sent before that wait. */
  readonly half: () => boolean;
}): Promise<MovingOrigin> {
  const pictures = new Map<string, { readonly version: number; readonly bytes: Buffer }>();
  let newest = 0;

  async function answer(path: string, response: ServerResponse): Promise<void> {
    const bytes = pictures.get(path)?.bytes ?? Buffer.alloc(0);
    const half = options.half() ? Math.floor(bytes.length / 2) : 0;
    if (half === 0) await pause(options.delay(path));
    const head = { "content-type": "image/png", "content-length": bytes.length };
    response.writeHead(bytes.length === 0 ? 404 : 200, head);
    if (half > 0) {
      response.write(bytes.subarray(0, half));
      await pause(options.delay(path));
    }
    response.end(bytes.subarray(half));
  }

  const server = createServer((request, response) => void answer(request.url ?? "", response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async change(paths) {
      newest += 1;
      const picture = { version: newest, bytes: await paint(newest) };
      for (const path of paths) {
        // A later change may have been painted sooner.
        if ((pictures.get(path)?.version ?? 0) < picture.version) pictures.set(path, picture);
      }
      return picture.version;
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function pause(wait: number | Promise<void>): Promise<void> {
  await (typeof wait === "number" ? sleep(wait) : wait);
}

async function paint(version: number): Promise<Buffer> {
  const background = { r: version >> 16, g: (version >> 8) & 255, b: version & 255 };
  return sharp({ create: { width: 8, height: 8, channels: 3, background } })
    .png()
    .toBuffer();
}

/** The version that a variant was made from. */
export async function versionIn(bytes: Uint8Array): Promise<number> {
  const [red = 0, green = 0, blue = 0] = await sharp(bytes).removeAlpha().raw().toBuffer();
  return (red << 16) | (green << 8) | blue;
}
