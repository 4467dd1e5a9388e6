import { randomUUID } from "node:crypto";
import { ApiError } from "../errors.ts";
import { assetSubject, type ContentfulEvent, WISHES, type Wish } from "../event.ts";
import { readPolicy } from "../policy.ts";
import { sentence } from "../sentence.ts";
import { assetsOf, only } from "./input.ts";
import type { Answer, ApiParts, SpaceCall } from "./parts.ts";
import { viewWalk } from "./views.ts";

/** Every member may make pictures fresh; what takes them away is an administrator's. */
const FOR_EVERYBODY: ReadonlySet<Wish> = new Set(["purge", "re-version"]);
const SIGNING_SECRET = /^[0-9a-zA-Z+/=_-]{64}$/;
const API_KEY = /^[\x21-\x7e]{8,200}$/;

/** What changes something. */
export function writingRoutes(parts: ApiParts): Readonly<Record<string, Answer>> {
  const { roles, inbox, project, now } = parts;

  /** What an editor asks for is an event like Contentful's own: on the disk before it is answered, and in the log with its reason. */
  const ask = async (call: SpaceCall, wish: Wish) => {
    const { of, space, resolved, user, body } = call;
    only(body, "assets");
    const assets = assetsOf(body);
    if (!FOR_EVERYBODY.has(wish)) await roles.needAdmin(of, user);
    const known = await of.index.all(space, resolved, assets);
    const events = [];
    for (const asset of assets) {
      const blocks = await of.index.blocks(space, asset);
      // Later than everything that was heard: clocks differ, and a block is lifted only by what comes after it.
      const places = [known.get(asset)?.place ?? 0, ...blocks.map(({ place }) => place)];
      const payload: ContentfulEvent = { kind: "asked", wish, environment: resolved, asset, by: user };
      events.push({
        id: `Freshet.${wish}.${randomUUID()}`,
        order: Math.max(now(), ...places.map((place) => place + 1)),
        subject: assetSubject(asset),
        payload,
      });
    }
    await inbox().add(space, events);
    return { events: events.map(({ id, payload: { asset } }) => ({ asset, event: id })) };
  };

  return {
    ...Object.fromEntries(WISHES.map((wish) => [`POST ${wish}`, (call: SpaceCall) => ask(call, wish)])),

    "PUT policy": async ({ of, space, user, body }) => {
      await roles.needAdmin(of, user);
      const { policy: before } = await of.spaces.get(space);
      const policy = readPolicy(body, before);
      if (typeof policy === "string") throw new ApiError("REQUEST_MALFORMED", policy);
      return { policy: (await of.spaces.set(space, { policy })).policy };
    },

    "PUT secrets": async ({ of, space, user, body }) => {
      await roles.needAdmin(of, user);
      only(body, "api_key", "webhook_secret");
      const { api_key: apiKey, webhook_secret: webhook } = body;
      if (apiKey === undefined && webhook === undefined)
        throw new ApiError("REQUEST_MALFORMED", "Send api_key, webhook_secret or both.");
      if (apiKey !== undefined && !(typeof apiKey === "string" && API_KEY.test(apiKey)))
        throw new ApiError("REQUEST_MALFORMED", "api_key is no API key.");
      if (webhook !== undefined && !(typeof webhook === "string" && SIGNING_SECRET.test(webhook)))
        throw new ApiError("REQUEST_MALFORMED", "webhook_secret is not 64 letters, digits and +/=_-.");
      if (typeof apiKey === "string") await tryOut(space, apiKey);
      const { secrets } = await of.spaces.get(space);
      const old = secrets.webhook ?? [];
      await of.spaces.set(space, {
        secrets: {
          ...secrets,
          ...(typeof apiKey === "string" && { apiKey }),
          // The one before stays good until it is dropped: what is signed with it is still on its way.
          ...(typeof webhook === "string" && {
            webhook: [webhook, ...old.filter((each) => each !== webhook)].slice(0, 2),
          }),
        },
      });
      return { kept: Object.keys(body) };
    },

    "POST drop-secret": async ({ of, space, user, body }) => {
      await roles.needAdmin(of, user);
      only(body, "which");
      const { which } = body;
      const { secrets } = await of.spaces.get(space);
      const { apiKey: _apiKey, ...withoutKey } = secrets;
      if (which === "api_key") await of.spaces.set(space, { secrets: withoutKey });
      else if (which === "old_webhook_secret")
        await of.spaces.set(space, { secrets: { ...secrets, webhook: (secrets.webhook ?? []).slice(0, 1) } });
      else if (which === "webhook_secrets")
        await of.spaces.set(space, { secrets: { ...secrets, webhook: [] } });
      else
        throw new ApiError("REQUEST_MALFORMED", "which is api_key, old_webhook_secret or webhook_secrets.");
      return { dropped: which };
    },

    "POST backfill": async ({ of, space, resolved, user, body }) => {
      await roles.needAdmin(of, user);
      only(body);
      if (of.cma === undefined) throw new ApiError("COMPARISON_IMPOSSIBLE");
      const delivered = await of.environments.resolve(space, of.environment);
      await of.walks.want(space, delivered, user);
      inbox().pull(space);
      return { comparison: viewWalk(await of.walks.get(space, resolved)) };
    },
  };

  /** A key that opens nothing is not kept: the one before may be the right one. */
  async function tryOut(space: string, key: string): Promise<void> {
    const fault = await project(space)
      .check(key)
      .catch((thrown: unknown) => {
        throw new ApiError("SERVER_UNREACHABLE", sentence(thrown));
      });
    if (fault !== undefined) throw new ApiError("SECRET_WRONG", fault);
  }
}
