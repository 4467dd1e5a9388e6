import { readdir, readFile } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";
import type { FastifyInstance } from "fastify";
import { refuse } from "./errors.ts";

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".woff2": "font/woff2",
};
/** Contentful's own limit for a bundle. */
const MOST_FILES = 500;
/** Names that a build makes of what is inside. */
const HASHED = /-[A-Za-z0-9_-]{8,}\.[a-z0-9]+$/;

/**
 * Serves the app's built pages under `/contentful/app/`, to be shown in a frame by Contentful and by nobody else: its SDK takes
 * orders from whatever page is around it. The folder is read once; what is not in it is not served.
 */
export async function pageRoutes(
  app: FastifyInstance,
  { folder, ancestors }: { readonly folder: string; readonly ancestors: readonly string[] },
): Promise<void> {
  const files = await readFolder(folder);
  const policy = [
    `frame-ancestors ${ancestors.join(" ")}`,
    "default-src 'self'",
    // Delivery URLs begin wherever the project says.
    "img-src 'self' data: https: http:",
    // Forma 36 writes its styles while it runs.
    "style-src 'self' 'unsafe-inline'",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
  ].join("; ");
  app.get("/contentful/app", (_request, reply) => reply.redirect("app/", 302));
  app.get<{ Params: { readonly "*": string } }>("/contentful/app/*", async (request, reply) => {
    const name = request.params["*"] || "index.html";
    const body = files.get(name);
    if (body === undefined) return refuse(reply, "ROUTE_UNKNOWN");
    return reply
      .header("content-security-policy", policy)
      .header("x-content-type-options", "nosniff")
      .header("referrer-policy", "no-referrer")
      .header("cache-control", HASHED.test(name) ? "public, max-age=31536000, immutable" : "no-cache")
      .type(TYPES[extname(name)] ?? "application/octet-stream")
      .send(body);
  });
}

/** Every file below a folder, by its path with forward slashes; none where there is no such folder. */
async function readFolder(folder: string): Promise<ReadonlyMap<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries.filter((each) => each.isFile()).slice(0, MOST_FILES)) {
    const path = join(entry.parentPath, entry.name);
    files.set(relative(folder, path).split(sep).join("/"), await readFile(path));
  }
  return files;
}
