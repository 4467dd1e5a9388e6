import { access, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { spawnTied, type Tied } from "./tied.ts";
import { installSite, type Site, type SiteOptions } from "./wordpress/site.ts";

export { wordpressIsMissing } from "./wordpress/parts.ts";

/** A file in the media library. */
export interface Media {
  readonly id: number;
  readonly url: string;
  /** URL of each size by its name ("thumbnail", "medium", "full", …). */
  readonly sizes: Readonly<Record<string, string>>;
}

/** A real WordPress on loopback: PHP's own server, SQLite, the default theme. */
export interface WordPress {
  readonly url: string;
  /** Folder of wp-config.php. */
  readonly site: string;
  /** For example "6.8.7". */
  readonly version: string;
  /** Puts a picture into the media library, as the block editor does. The name's ending gives its type. */
  upload(name: string, bytes: Uint8Array): Promise<Media>;
  /** Deletes it for good. */
  remove(id: number): Promise<void>;
  /** Writes over a file without WordPress knowing. Takes the file's URL or its path below the uploads folder. */
  overwrite(file: string, bytes: Uint8Array): Promise<void>;
  /** What a visitor gets: text of a page of status 200. */
  page(path?: string): Promise<string>;
  /** Publishes a post and gives its URL. */
  createPost(post: {
    readonly title: string;
    readonly content: string;
    readonly featuredMedia?: number;
  }): Promise<string>;
  /** A call of WordPress's REST API as administrator; rejects unless the status is 2xx. */
  rest(method: string, route: string, body?: unknown): Promise<unknown>;
  /** What the administrator logs in with in wp-admin. */
  readonly login: Site["login"];
  /** Value of an Authorization header for the REST API. */
  readonly authorization: string;
  /** Ends PHP at once, whatever it is doing, and starts it again. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const WORKERS = 3; // One alone cannot answer WordPress's requests to itself.
const TYPES: Readonly<Record<string, string>> = {
  jpg: "image/jpeg",
  png: "image/png",
  webp: "image/webp",
  avif: "image/avif",
  gif: "image/gif",
};

/** Starts a WordPress in a second or two; the first start on a machine fetches it (some 10 s). */
export async function startWordpress(options: SiteOptions = {}): Promise<WordPress> {
  const site = await installSite(options);
  let server = serve(site);
  const stop = async () => {
    await server.end();
    await site.remove();
  };
  try {
    await answers(site, server);
  } catch (error) {
    await stop();
    throw error;
  }

  const ask = async (method: string, route: string, init: RequestInit = {}): Promise<unknown> => {
    const headers = {
      authorization: site.authorization,
      ...(init.headers as Record<string, string> | undefined),
    };
    const response = await fetch(`${site.url}/?rest_route=${route}`, { ...init, method, headers });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${route}: ${response.status} ${text.slice(0, 300)}`);
    return JSON.parse(text);
  };
  const rest = (method: string, route: string, body?: unknown) =>
    ask(
      method,
      route,
      body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { "content-type": "application/json" } },
    );

  return {
    url: site.url,
    site: site.folder,
    version: site.version,
    login: site.login,
    authorization: site.authorization,
    rest,
    async restart() {
      await server.end();
      // Its workers may hold the port for a moment longer.
      for (let attempt = 1; ; attempt++) {
        server = serve(site);
        const fault = await answers(site, server).then(
          () => undefined,
          (error: unknown) => error,
        );
        if (fault === undefined) return;
        await server.end();
        if (attempt === 20) throw fault;
        await pause(100);
      }
    },
    async upload(name, bytes) {
      const type = TYPES[name.split(".").at(-1) ?? ""] ?? "application/octet-stream";
      // A header takes one byte a character; WordPress reads the bytes as UTF-8.
      const disposition = Buffer.from(`attachment; filename="${name}"`).toString("latin1");
      const headers = { "content-type": type, "content-disposition": disposition };
      const media = (await ask("POST", "/wp/v2/media", {
        body: Buffer.from(bytes),
        headers,
      })) as UploadAnswer;
      const sizes = Object.entries(media.media_details.sizes ?? {}).map(([size, made]) => [
        size,
        made.source_url,
      ]);
      return { id: media.id, url: media.source_url, sizes: Object.fromEntries(sizes) };
    },
    async remove(id) {
      await rest("DELETE", `/wp/v2/media/${id}`, { force: true });
    },
    async overwrite(file, bytes) {
      const path = decodeURIComponent(file.replace(/^.*\/wp-content\/uploads\//, ""));
      const target = join(site.folder, "wp-content/uploads", path);
      await access(target);
      await writeFile(target, bytes);
    },
    async page(path = "/") {
      const response = await fetch(new URL(path, site.url));
      const text = await response.text();
      if (response.status !== 200) throw new Error(`${path}: ${response.status} ${text.slice(0, 300)}`);
      return text;
    },
    async createPost({ title, content, featuredMedia }) {
      const fields = {
        title,
        content,
        status: "publish",
        ...(featuredMedia && { featured_media: featuredMedia }),
      };
      return ((await rest("POST", "/wp/v2/posts", fields)) as { link: string }).link;
    },
    stop,
  };
}

interface UploadAnswer {
  readonly id: number;
  readonly source_url: string;
  readonly media_details: { readonly sizes?: Readonly<Record<string, { readonly source_url: string }>> };
}

function serve(site: Site): Tied {
  const limits = ["-d", "upload_max_filesize=64M", "-d", "post_max_size=64M", "-d", "memory_limit=512M"];
  // What was compiled is kept, as on any server. A test that changes wp-config.php means the next request, not the one after two
  // seconds.
  limits.push("-d", "opcache.enable_cli=1", "-d", "opcache.revalidate_freq=0");
  const router = join(import.meta.dirname, "wordpress/router.php");
  const env = { ...process.env, PHP_CLI_SERVER_WORKERS: String(WORKERS) };
  return spawnTied("php", [...limits, "-S", `127.0.0.1:${site.port}`, "-t", site.folder, router], env);
}

async function answers(site: Site, server: Tied): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (server.exitCode() !== null)
      throw new Error(`PHP's server ended with ${server.exitCode()}; is port ${site.port} free?`);
    const response = await fetch(`${site.url}/wp-includes/version.php`).catch(() => undefined);
    if (response?.ok) return;
    await pause(25);
  }
  throw new Error(`WordPress at ${site.url} does not answer.`);
}
