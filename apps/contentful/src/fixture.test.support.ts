import { createHmac } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RawRequest } from "@freshet/core";
import { openStore, type Store } from "@freshet/store";
import { createAssetIndex } from "./assets/asset-index.ts";
import { createEnvironments } from "./assets/environments.ts";
import { createUsage } from "./assets/usage.ts";
import type { ContentfulClient } from "./cma/client.ts";
import { createSealedBox } from "./sealed-box.ts";
import type { ContentfulSpace } from "./space.ts";
import { createSpaces } from "./spaces.ts";
import { MIGRATIONS, OWNER } from "./tables.ts";
import { createWalks } from "./walk/walks.ts";

/** A signing secret in Contentful's form. */
export const secretOf = (letter: string) => letter.repeat(64);

/** Signs as Contentful does: an implementation of its own, so that a mistake would have to be made twice. */
export function sign(request: {
  readonly method?: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly secret: string;
  readonly at: number;
}): RawRequest {
  const { method = "POST", path, body, secret, at } = request;
  const names = [
    ...Object.keys(request.headers),
    "x-contentful-signed-headers",
    "x-contentful-timestamp",
  ].toSorted();
  const headers: Record<string, string> = {
    ...request.headers,
    "x-contentful-signed-headers": names.join(","),
    "x-contentful-timestamp": String(at),
  };
  const head = names.map((name) => `${name}:${headers[name]}`).join(";");
  const hmac = createHmac("sha256", secret).update(`${method}\n${path}\n${head}\n`).update(body);
  return { method, path, body, headers: { ...headers, "x-contentful-signature": hmac.digest("hex") } };
}

/** A store of its own, which ends with the test that asked for it. */
export async function newStore(): Promise<{ store: Store; end(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), "freshet-contentful-"));
  const store = await openStore({ file: join(folder, "connector.db") });
  await store.migrate(OWNER, MIGRATIONS);
  return {
    store,
    async end() {
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** A space of which nothing is known yet. */
export function newSpace(
  store: Store,
  { id = "space1", now = Date.now, cma }: { id?: string; now?: () => number; cma?: ContentfulClient } = {},
): ContentfulSpace {
  return {
    ...{ id, environment: "master", origins: [], webApp: "https://app.contentful.com", store, cma },
    index: createAssetIndex(store, now),
    environments: createEnvironments(store),
    usage: createUsage(store),
    walks: createWalks(store, now),
    spaces: createSpaces(store, createSealedBox("a secret"), now),
  };
}

/** A body as Contentful sends it when an asset is published. */
export function publishedBody(
  files: Readonly<Record<string, string>>,
  { id = "hat", space = "space1", at = "2026-11-23T10:00:00.000Z", environment = "master" } = {},
): Readonly<Record<string, unknown>> {
  const link = (linkType: string, to: string) => ({ sys: { type: "Link", linkType, id: to } });
  const file = Object.entries(files).map(([locale, token]) => [
    locale,
    {
      url: `//images.ctfassets.net/${space}/${id}/${token}/hat.jpg`,
      details: { size: 100, image: { width: 40, height: 30 } },
      ...{ fileName: "hat.jpg", contentType: "image/jpeg" },
    },
  ]);
  return {
    sys: {
      ...{ type: "Asset", id, space: link("Space", space), environment: link("Environment", environment) },
      ...{ createdAt: at, updatedAt: at, revision: 1 },
    },
    fields: { title: { "en-US": "Hat" }, file: Object.fromEntries(file) },
  };
}
