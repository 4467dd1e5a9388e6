import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a site tells of one attachment; apps/wordpress/EVENTS.md is the contract. */
export interface SiteEvent {
  readonly id: string;
  readonly title?: string;
  readonly link?: string;
  readonly files: readonly { readonly path: string; readonly sha256: string | null }[];
}

/** A WordPress site on loopback as far as the connector knows one: it is asked for events and for all its files. */
export interface WordPressSite {
  readonly url: string;
  /** Is told when the connector asks next. */
  tell(event: SiteEvent): void;
  /** Puts a file behind WordPress's back: only a walk sees it. */
  put(path: string, sha256: string): void;
  /** Answers nobody until it is undone. */
  isDown: boolean;
  /** Milliseconds that each page of a walk takes. */
  walkMs: number;
  close(): Promise<void>;
}

export async function startWordPressSite(): Promise<WordPressSite> {
  const events: object[] = [];
  const files = new Map<string, string>();
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const fileOf = (path: string, sha256: string | null) => ({
    url: url + path,
    sha256,
    version: sha256 === null ? null : `c${sha256.slice(0, 12)}`,
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const query = new URL(request.url ?? "/", url).searchParams;
    const route = query.get("rest_route")?.replace("/freshet/v1/", "");
    const after = Number(query.get("after"));
    const say = (body: object) =>
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
    if (site.isDown || request.headers["webhook-signature"] === undefined)
      return void response.writeHead(503).end();
    if (route === "events")
      return void say({ site: url, head: events.length, events: events.slice(after, after + 100) });
    if (route === "status")
      return void say({
        site: url,
        plugin: "0.1.0",
        wordpress: "7",
        php: "8",
        head: events.length,
        pending: 0,
      });
    if (route === "scan") return void say({ scanned: 0, next: null, head: events.length });
    if (route !== "files") return void say({});
    // One attachment a page, so that a walk can be watched.
    if (site.walkMs > 0) await new Promise((resolve) => setTimeout(resolve, site.walkMs));
    const all = [...files].map(([path, sha256], at) => ({ id: at + 1, files: [fileOf(path, sha256)] }));
    const next = all[after];
    const isLast = after + 1 >= all.length;
    say({
      ...{ site: url, head: events.length, total: all.length },
      attachments: next ? [next] : [],
      next: isLast ? null : after + 1,
    });
  }

  const site: WordPressSite = {
    url,
    isDown: false,
    walkMs: 0,
    tell({ id, title = "A picture", link, files: changed }) {
      for (const { path, sha256 } of changed) if (sha256 !== null) files.set(path, sha256);
      events.push({
        ...{ id, sequence: events.length + 1, at: new Date().toISOString(), reason: "hook" },
        attachment: {
          id: events.length + 1,
          title,
          link: link ?? `${url}/wp-admin/post.php?post=${events.length + 1}`,
        },
        files: changed.map(({ path, sha256 }) => fileOf(path, sha256)),
      });
    },
    put: (path, sha256) => void files.set(path, sha256),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return site;
}
