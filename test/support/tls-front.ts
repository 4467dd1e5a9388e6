import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { type IncomingMessage, request, type ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A page or a script that the front answers by itself. */
export interface Document {
  readonly type: string;
  readonly text: string;
}

/** What a TLS front does with one host name. */
export type Backend = { readonly forward: string } | { readonly documents: ReadonlyMap<string, Document> };

/** HTTPS on loopback under several host names, with a certificate that nobody else trusts. */
export interface TlsFront {
  readonly port: number;
  /** In PEM, for programs that are to trust it. */
  readonly certificate: Buffer;
  close(): Promise<void>;
}

/** Requests keep their `Host`, as behind any TLS proxy. Host names without a backend are answered 421. */
export async function startTlsFront(backends: Readonly<Record<string, Backend>>): Promise<TlsFront> {
  const identity = await certificate(Object.keys(backends));
  const server = createServer(identity, (incoming, response) => {
    const backend = backends[(incoming.headers.host ?? "").replace(/:\d+$/, "")];
    if (!backend) response.writeHead(421).end();
    else if ("forward" in backend) forward(backend.forward, incoming, response);
    else answer(backend.documents, incoming, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    certificate: identity.cert,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function forward(to: string, incoming: IncomingMessage, response: ServerResponse): void {
  const { hostname, port } = new URL(to);
  const { method, url: path, headers } = incoming;
  const outgoing = request({ hostname, port, method, path, headers }, (answered) => {
    response.writeHead(answered.statusCode ?? 502, answered.rawHeaders);
    answered.pipe(response);
  });
  outgoing.on("error", () => (response.headersSent ? response.destroy() : response.writeHead(502).end()));
  incoming.pipe(outgoing);
}

function answer(
  documents: ReadonlyMap<string, Document>,
  incoming: IncomingMessage,
  response: ServerResponse,
): void {
  const document = documents.get(incoming.url ?? "/");
  if (!document) response.writeHead(404).end();
  else response.writeHead(200, { "content-type": document.type }).end(document.text);
}

/** A key and a certificate for these names that nobody trusts. */
export async function certificate(
  names: readonly string[],
): Promise<{ readonly key: Buffer; readonly cert: Buffer }> {
  const folder = await mkdtemp(join(tmpdir(), "freshet-tls-"));
  try {
    const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const alternatives = `subjectAltName=${names.map((name) => `DNS:${name}`).join()}`;
    const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"];
    const subject = ["-subj", "/CN=Freshet test", "-addext", alternatives];
    execFileSync("openssl", ["req", "-x509", ...kind, ...subject, "-keyout", key, "-out", cert], {
      stdio: "ignore",
    });
    return { key: await readFile(key), cert: await readFile(cert) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
