import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { LocalFile, LocalShop } from "./shop.ts";

/** One request for an image. */
export interface ImageRequest {
  readonly path: string;
  /** The `v` it came with. */
  readonly version: string | null;
  readonly at: number;
}

/**
 * Shopify's CDN: what was once asked for under a path and a `v` is answered from its cache, whatever became of the file, and
 * no other parameter and no request header makes it forget.
 */
export interface LocalCdn {
  answer(shop: LocalShop, path: string, request: IncomingMessage, response: ServerResponse): void;
  readonly requests: ImageRequest[];
}

export function createLocalCdn(now: () => number): LocalCdn {
  const cache = new Map<string, Buffer>();
  const requests: ImageRequest[] = [];
  const find = (shop: LocalShop, path: string): LocalFile | undefined => {
    const name = decodeURIComponent(path);
    for (const file of shop.files.values()) if (file.path === name) return file;
    for (const { image } of shop.collections.values()) if (image?.path === name) return image;
    return undefined;
  };
  return {
    requests,
    answer(shop, path, request, response) {
      const version = new URL(request.url ?? "", "http://x").searchParams.get("v");
      requests.push({ path, version, at: now() });
      const file = find(shop, path);
      if (file === undefined) return void response.writeHead(404).end();
      const key = `${shop.domain} ${path} ${version ?? ""}`;
      const bytes = cache.get(key) ?? file.bytes;
      cache.set(key, bytes);
      const etag = `"${createHash("sha256").update(bytes).digest("hex").slice(0, 16)}"`;
      const headers = { etag, "cache-control": "public, max-age=31536000", "content-type": "image/jpeg" };
      if (request.headers["if-none-match"] === etag) response.writeHead(304, headers).end();
      else response.writeHead(200, { ...headers, "content-length": bytes.byteLength }).end(bytes);
    },
  };
}
