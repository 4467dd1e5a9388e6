import { createHash, timingSafeEqual } from "node:crypto";
import type { FastifyInstance, FastifyReply } from "fastify";
import { fileOf, versionOf } from "./assets/names.ts";
import { refuse } from "./errors.ts";
import { isId } from "./event.ts";
import type { ContentfulSpace } from "./space.ts";

interface Params {
  readonly space: string;
  readonly asset: string;
  readonly locale?: string;
}

/**
 * `GET /contentful/resolve/<space>/<asset>[/<locale>]`: which file a stable id stands for now. For the server, which proves itself
 * with the resolver's token; what it is answered was written before the event that made it true was acted on.
 */
export function resolveRoute(
  app: FastifyInstance,
  { spaces, token }: { readonly spaces: ReadonlyMap<string, ContentfulSpace>; readonly token: string },
): void {
  const answer = async ({ space: id, asset, locale }: Params, reply: FastifyReply) => {
    const space = spaces.get(id);
    if (space === undefined) return refuse(reply, "SPACE_GONE");
    if (!isId(asset)) return refuse(reply, "ASSET_UNKNOWN");
    const { environments, index, walks, cma } = space;
    const environment = await environments.resolve(id, space.environment);
    const entry = await index.get({ space: id, environment, asset });
    if (entry === undefined) {
      const isFull = cma === undefined || (await walks.isComplete(id, environment));
      return refuse(reply, isFull ? "ASSET_UNKNOWN" : "INDEX_EMPTY");
    }
    if (entry.state !== "published") return refuse(reply, "ASSET_WITHDRAWN");
    const file = fileOf(entry.files, locale, await environments.locales(id, environment));
    if (file === undefined) return refuse(reply, "ASSET_UNKNOWN");
    return reply
      .header("cache-control", "no-store")
      .send({ url: file.url, version: versionOf(file, entry.bumps) });
  };
  for (const url of ["/contentful/resolve/:space/:asset", "/contentful/resolve/:space/:asset/:locale"]) {
    app.get<{ Params: Params }>(url, async (request, reply) =>
      isToken(request.headers.authorization, token)
        ? answer(request.params, reply)
        : refuse(reply, "TOKEN_WRONG"),
    );
  }
}

function isToken(authorization: string | undefined, token: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(authorization ?? ""), digest(`Bearer ${token}`));
}
