import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from "node:http";
import type { AddressInfo } from "node:net";
import type { CdnDriver } from "@freshet/core";
import { afterAll, beforeAll, beforeEach } from "vitest";

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A request as the server behind the node saw it. */
export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A kind of edge, as its own test file starts it. */
export interface EdgeKind<Node extends EdgeNode> {
  /** How it calls itself in Cache-Status. */
  readonly name: string;
  start(options: { readonly backendPort: number; readonly purgers?: readonly string[] }): Promise<Node>;
  drive(options: { readonly node: string }): CdnDriver;
}

export interface EdgeNode {
  readonly url: string;
  reload(): Promise<void>;
  stop(): Promise<void>;
}

export const TAG = "o-0123456789abcdef";
export const KEPT = {
  "Freshet-Stamp": 10,
  xkey: `${TAG} t-00000000000000aa`,
  "CDN-Cache-Control": "max-age=31536000",
};

const { signal } = new AbortController();

/** One node before a server that answers what the test says; call it inside a `describe`. */
export function createEdge<Node extends EdgeNode>(kind: EdgeKind<Node>) {
  const seen: Seen[] = [];
  const usual = { status: 200, headers: KEPT as OutgoingHttpHeaders, body: "0123456789", delayMs: 0 };
  let paths = 0;
  let node: Node | undefined;
  const backend = createServer((request, response) => {
    let body = "";
    request.on("data", (part) => (body += part));
    request.on("end", () => {
      seen.push({ method: request.method ?? "", url: request.url ?? "", headers: request.headers, body });
      const now = edge.answer;
      setTimeout(() => {
        response.writeHead(now.status, { ETag: '"e"', "Content-Length": now.body.length, ...now.headers });
        response.end(request.method === "HEAD" ? undefined : now.body);
      }, now.delayMs);
    });
  });

  /** Over node:http, because fetch adds and hides headers. */
  function ask(method: string, path: string, headers: OutgoingHttpHeaders = {}, body = ""): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const { hostname, port } = new URL(edge.node.url);
      const request = httpRequest({ hostname, port, method, path, headers, agent: false }, (response) => {
        let text = "";
        response.on("data", (part) => (text += part));
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
        );
        response.on("error", reject);
      });
      request.on("error", reject);
      request.end(body);
    });
  }
  const get = (path: string, headers?: OutgoingHttpHeaders) => ask("GET", path, headers);
  const cacheStatus = async (path: string, headers?: OutgoingHttpHeaders) =>
    String((await get(path, headers)).headers["cache-status"]);

  const edge = {
    kind,
    /** What the server behind the node answers from now on. */
    answer: usual,
    /** What it was asked since the test began. */
    seen,
    ask,
    get,
    cacheStatus,
    newPath: () => `/v7/_site_/${++paths}.jpg`,
    async isKept(path: string) {
      await get(path);
      return (await cacheStatus(path)).includes("hit");
    },
    purge: (tags: string, sequence: string, headers: OutgoingHttpHeaders = {}) =>
      ask("PURGE", "/", { "freshet-purge-tags": tags, "freshet-sequence": sequence, ...headers }),
    async join(head: number): Promise<void> {
      await kind.drive({ node: edge.node.url }).join?.(head, signal);
    },
    get node(): Node {
      if (!node) throw new Error("The node has not been started.");
      return node;
    },
    get backendPort() {
      return (backend.address() as AddressInfo).port;
    },
  };

  beforeAll(async () => {
    await new Promise<void>((resolve) => backend.listen(0, "127.0.0.1", resolve));
    node = await kind.start({ backendPort: edge.backendPort });
    await edge.join(1);
  });
  afterAll(async () => {
    await node?.stop();
    backend.closeAllConnections();
    backend.close();
  });
  beforeEach(() => {
    seen.length = 0;
    edge.answer = { ...usual };
  });
  return edge;
}

export type Edge = ReturnType<typeof createEdge<EdgeNode>>;
