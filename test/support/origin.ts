import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import sharp from "sharp";

/** A one-colour picture: which version a variant was made from can be read off any of its pixels. */
export interface Shade {
  readonly red: number;
  readonly green: number;
  readonly blue: number;
}

/** An HTTP origin on loopback whose pictures the test replaces. */
export interface Origin {
  readonly url: string;
  readonly port: number;
  /** Puts one-colour bytes under a path; answers the bytes. */
  paint(
    path: string,
    shade: Shade,
    size?: { readonly width: number; readonly height: number },
  ): Promise<Buffer>;
  /** Puts any bytes under a path, with any headers. */
  put(path: string, bytes: Uint8Array, headers?: Readonly<Record<string, string>>): void;
  remove(path: string): void;
  /** Requests seen per path. */
  readonly requests: ReadonlyMap<string, number>;
  /** Milliseconds before headers are sent. */
  delayMs: number;
  close(): Promise<void>;
}

export async function startOrigin(): Promise<Origin> {
  const files = new Map<
    string,
    { readonly bytes: Uint8Array; readonly headers: Readonly<Record<string, string>> }
  >();
  const requests = new Map<string, number>();
  let revision = 0;
  const server = createServer((request, response) => void answer(request, response));

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? "/").split("?")[0] ?? "/";
    requests.set(path, (requests.get(path) ?? 0) + 1);
    const file = files.get(path);
    if (origin.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, origin.delayMs));
    if (!file) {
      response.writeHead(404).end();
    } else if (request.headers["if-none-match"] === file.headers.etag) {
      response.writeHead(304, file.headers).end();
    } else {
      response.writeHead(200, { "content-length": file.bytes.length, ...file.headers }).end(file.bytes);
    }
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const origin: Origin = {
    url: `http://127.0.0.1:${port}`,
    port,
    requests,
    delayMs: 0,
    async paint(path, { red, green, blue }, { width, height } = { width: 640, height: 480 }) {
      const bytes = await sharp({
        create: { width, height, channels: 3, background: { r: red, g: green, b: blue } },
      })
        .jpeg({ quality: 95 })
        .toBuffer();
      origin.put(path, bytes);
      return bytes;
    },
    put(path, bytes, headers = {}) {
      revision += 1;
      files.set(path, {
        bytes,
        headers: { "content-type": "image/jpeg", etag: `"r${revision}"`, ...headers },
      });
    },
    remove: (path) => void files.delete(path),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return origin;
}

/** The colour in the middle of a picture, whatever its format. */
export async function shadeOf(bytes: Uint8Array): Promise<Shade> {
  const { data, info } = await sharp(bytes)
    .removeAlpha()
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true });
  const middle = (Math.floor(info.height / 2) * info.width + Math.floor(info.width / 2)) * info.channels;
  return { red: data[middle] ?? 0, green: data[middle + 1] ?? 0, blue: data[middle + 2] ?? 0 };
}

/** Whether two colours are the same but for what compression does to them. */
export const isShade = (one: Shade, other: Shade): boolean =>
  Math.abs(one.red - other.red) + Math.abs(one.green - other.green) + Math.abs(one.blue - other.blue) < 40;
