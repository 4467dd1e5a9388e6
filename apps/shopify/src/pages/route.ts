import type { Shopify } from "@shopify/shopify-api";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Door } from "../api/session.ts";
import { problem } from "../errors.ts";
import { type ShopContext, shopContext } from "../shops/context.ts";
import { readPages } from "./files.ts";
import { formerShopOf } from "./former.ts";
import { documentHeaders } from "./headers.ts";

export interface PageOptions {
  readonly shopify: Shopify;
  readonly door: Door;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Address of this app as Shopify knows it. */
  readonly appUrl: string;
  readonly now: () => number;
  /** Folder of the built pages: `index.html` and what it loads. */
  readonly folder: string;
}

/**
 * `GET /` and `GET /app/*` are the document of the embedded pages, for whom Shopify sent; `GET /assets/*` what it loads;
 * `GET /again` gets a new token for a frame that was reloaded with an old one. Whoever
 * comes by himself is told what this is: there is no form to write a shop's domain in.
 */
export async function pageRoutes(app: FastifyInstance, options: PageOptions): Promise<void> {
  const files = readPages(options.folder);
  const document = (files.get("index.html")?.bytes.toString("utf8") ?? PLAIN_SHELL).replaceAll(
    "%SHOPIFY_API_KEY%",
    options.clientId.replaceAll(/[^\w.-]/g, ""),
  );

  for (const path of ["/", "/app", "/app/*"]) {
    app.get(path, async (request, reply) => {
      const shop = await sentBy(request, options);
      if (shop !== undefined) return reply.headers(documentHeaders(shop)).send(document);
      const again = againOf(request, options);
      if (again !== undefined) return reply.header("cache-control", "no-store").redirect(again, 302);
      return reply.headers(documentHeaders(undefined)).send(ABOUT);
    });
  }
  app.get("/again", async (request, reply) => {
    const shop = formerlySentBy(request, options);
    const text = AGAIN.replaceAll("%SHOPIFY_API_KEY%", options.clientId.replaceAll(/[^\w.-]/g, ""));
    return reply.headers(documentHeaders(shop)).send(shop === undefined ? ABOUT : text);
  });
  app.get<{ Params: { readonly "*": string } }>("/assets/*", async (request, reply) => {
    const file = files.get(`assets/${request.params["*"]}`);
    if (file === undefined) return problem(reply, "ROUTE_UNKNOWN");
    return reply
      .header("x-content-type-options", "nosniff")
      .header("cache-control", file.isForEver ? "public, max-age=31536000, immutable" : "no-cache")
      .type(file.type)
      .send(file.bytes);
  });
}

/** The shop on whose behalf Shopify opens the document: by the session token it puts into the address, or by its signature. */
async function sentBy(
  request: FastifyRequest,
  { shopify, door }: PageOptions,
): Promise<ShopContext | undefined> {
  const query = new URL(request.raw.url ?? "/", "http://app.invalid").searchParams;
  const named = query.getAll("shop");
  const shop = named.length === 1 ? shopContext(named[0]?.toLowerCase()) : undefined;
  if (shop === undefined) return undefined;
  const token = query.get("id_token");
  if (token !== null && (await door.shopOf(token)) === shop) return shop;
  try {
    return (await shopify.utils.validateHmac(Object.fromEntries(query))) ? shop : undefined;
  } catch {
    return undefined;
  }
}

/** The shop that was proved when the frame was opened. */
function formerlySentBy(request: FastifyRequest, options: PageOptions): ShopContext | undefined {
  const query = new URL(request.raw.url ?? "/", "http://app.invalid").searchParams;
  const shop = formerShopOf(query.get("id_token") ?? "", options, options.now());
  return shop !== undefined && query.getAll("shop").join() === shop ? shop : undefined;
}

/**
 * Where a frame that was reloaded with an old token gets a new one: App Bridge takes the frame to what `shopify-reload` says, with one.
 * It never says another site.
 */
function againOf(request: FastifyRequest, options: PageOptions): string | undefined {
  if (formerlySentBy(request, options) === undefined) return undefined;
  const { pathname, searchParams } = new URL(request.raw.url ?? "/", "http://app.invalid");
  const token = searchParams.get("id_token") ?? "";
  for (const name of ["id_token", "hmac", "timestamp", "shopify-reload"]) searchParams.delete(name);
  const back = `${options.appUrl}${pathname}?${searchParams}`;
  searchParams.set("shopify-reload", back);
  searchParams.set("id_token", token);
  return `/again?${searchParams}`;
}

/** As far as the body: App Bridge, and what it has to know. */
const HEAD = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="shopify-api-key" content="%SHOPIFY_API_KEY%">
<script src="https://cdn.shopify.com/shopifycloud/app-bridge.js"></script>
<title>Freshet</title>
</head>
`;

/** Nothing but App Bridge. */
const AGAIN = `${HEAD}<body></body>
</html>
`;

const ABOUT = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Freshet for Shopify</title><meta name="viewport" content="width=device-width"></head>
<body style="font: 1rem/1.5 system-ui; max-width: 40rem; margin: 4rem auto; padding: 0 1rem">
<h1>Freshet for Shopify</h1>
<p>This app keeps the pictures of a shop fresh at its own image CDN. Open it from the Shopify admin of your shop, under Apps.</p>
</body>
</html>
`;

/** Where no pages were built: enough to see that the app is there and who is asking. */
const PLAIN_SHELL = `${HEAD}<body>
<p id="state">Freshet is installed. Its pages were not built; its API is at /api.</p>
<script>
fetch("/api/home").then((answer) => answer.json()).then((home) => {
  document.getElementById("state").textContent = JSON.stringify(home, null, 1);
});
</script>
</body>
</html>
`;
