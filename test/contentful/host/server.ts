import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { stripTypeScriptTypes } from "node:module";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";

/** Executes what the SDK asks of the management API. */
export interface CmaAdapter {
  makeRequest(request: object): Promise<unknown>;
}

/** The page around the app, on a port of its own. */
export interface HostServer {
  readonly url: string;
  close(): Promise<void>;
}

const PAGES = join(import.meta.dirname, "../../../apps/contentful/pages/dist");
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
};
/** The host name under which the built pages are served, as Contentful serves a bundle that was uploaded: at the root of an origin of its own. */
export const BUNDLE_HOST = "bundle.localhost";

const DOCUMENT = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Host of the app</title>
<style>body{margin:0;font:14px sans-serif}iframe{display:block;border:0;min-height:100px;height:760px}</style>
<main id="frames"></main><script type="module" src="/page.js"></script></html>`;

/** `adapter` is looked up at each request: whose session it is may change. */
export async function startHostServer(port: number, adapter: () => CmaAdapter): Promise<HostServer> {
  const source = await readFile(join(import.meta.dirname, "page.ts"), "utf8");
  const script = stripTypeScriptTypes(source);
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    if (request.headers.host?.startsWith(`${BUNDLE_HOST}:`)) {
      const name = request.url === "/" ? "/index.html" : (request.url ?? "");
      const body = await readFile(join(PAGES, name));
      response.writeHead(200, { "content-type": TYPES[extname(name)] ?? "text/plain" }).end(body);
      return;
    }
    if (request.url === "/page.js") {
      response.writeHead(200, { "content-type": "text/javascript" }).end(script);
      return;
    }
    if (request.url !== "/cma") {
      response.writeHead(200, { "content-type": "text/html" }).end(DOCUMENT);
      return;
    }
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk as Uint8Array);
    const asked = JSON.parse(Buffer.concat(chunks).toString()) as object;
    const outcome = await adapter()
      .makeRequest(asked)
      .then(
        (result) => ({ result: result ?? null }),
        // Errors cross the frame as plain objects.
        ({ message, name }: Error) => ({ error: { message, name, code: name } }),
      );
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(outcome));
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
