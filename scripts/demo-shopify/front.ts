import type { IncomingMessage, ServerResponse } from "node:http";

/** Hosts of Shopify as the app's documents and their headers name them. */
const SHOPIFY_HOSTS = /https:\/\/(?:admin|cdn)\.shopify\.com(?=[/ ;])/g;
const KEPT = ["authorization", "content-type", "accept"];
/** Of one connection, or no longer true. */
const DROPPED = /^(?:content-length|connection|keep-alive|transfer-encoding)$/;

/**
 * Hands a request on to the app at `app`. In its documents, and in who may frame them, Shopify's hosts become `admin`: no browser can be told
 * here that those names are this machine.
 */
export async function handOn(
  { app, admin }: { readonly app: string; readonly admin: string },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = "GET", url = "/", headers } = request;
  const kept = KEPT.flatMap((name) => (typeof headers[name] === "string" ? [[name, headers[name]]] : []));
  const body = method === "GET" || method === "HEAD" ? null : await read(request);
  const answer = await fetch(`${app}${url}`, {
    ...{ method, body, headers: Object.fromEntries(kept), redirect: "manual" },
  });
  const bytes = Buffer.from(await answer.arrayBuffer());
  const all = [...answer.headers].filter(([name]) => !DROPPED.test(name));
  const isDocument = answer.headers.get("content-type")?.startsWith("text/html") === true;
  const here = (text: string) => text.replace(SHOPIFY_HOSTS, admin);
  for (const [name, value] of all)
    response.setHeader(name, name === "content-security-policy" ? here(value) : value);
  response.writeHead(answer.status).end(isDocument ? here(bytes.toString()) : bytes);
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
