import { createHash } from "node:crypto";
import type { Desk } from "@freshet/connector";
import { assetSubject } from "../event.ts";
import { sentence } from "../sentence.ts";
import { placeIn } from "../space.ts";
import { assetsOf, idOf, limitOf, only, optionOf, timeOf } from "./input.ts";
import type { Answer, ApiParts, SpaceCall } from "./parts.ts";
import { viewAsset, viewBlock, viewUnknown, viewWalk } from "./views.ts";

const ASSET_STATES = ["published", "unpublished", "archived", "deleted"] as const;
const EVENT_STATES = ["received", "invalidating", "nothing-to-do", "done", "failed"] as const;

/** What every member of a space may see. */
export function readingRoutes(parts: ApiParts): Readonly<Record<string, Answer>> {
  const { config, roles, inbox, project } = parts;
  const prefix = config.publicUrl ?? "";

  const delivered = ({ of }: SpaceCall) => of.environments.resolve(of.id, of.environment);

  return {
    "GET status": async (call) => {
      const { of, space, environment, resolved, user } = call;
      const [settings, counts, visible, key, isAdmin, count, walk] = await Promise.all([
        of.spaces.get(space),
        inbox().counts(space),
        delivered(call),
        project(space).key(),
        roles.isAdmin(of, user),
        of.index.count(space, resolved),
        of.walks.get(space, resolved),
      ]);
      const [last] = await inbox().log({ site: space, limit: 1 });
      return {
        space,
        environment: { asked: environment, resolved, delivered: visible, is_delivered: resolved === visible },
        project: project(space).project,
        endpoint: config.endpoint,
        events_url: `${prefix}/contentful/events`,
        can: { administer: isAdmin },
        is_off: settings.isOff,
        policy: settings.policy,
        api_key: key === undefined ? null : { from: key.from, ...shown(key.text) },
        webhook_secrets: (settings.secrets.webhook ?? []).map(shown),
        can_compare: of.cma !== undefined,
        events: {
          by_state: counts.states,
          waiting_since: counts.waiting === undefined ? null : new Date(counts.waiting.since).toISOString(),
          waiting_for: counts.waiting?.remark ?? null,
          last: last === undefined ? null : viewEvent(last),
        },
        assets: count,
        comparison: viewWalk(walk),
        comparison_error: inbox().pullError(space) ?? null,
      };
    },

    "GET check": async ({ of, space }) => {
      const port = project(space);
      const key = await port.key();
      const tried =
        key === undefined
          ? "No API key is known."
          : await port.check(key.text).catch((thrown: unknown) => sentence(thrown));
      const compared =
        of.cma === undefined
          ? "The connector has no private key of the app."
          : await of.cma.locales(placeIn(of, of.environment)).then(
              () => undefined,
              (thrown: unknown) => sentence(thrown),
            );
      const [last] = await inbox().log({ site: space, limit: 1 });
      return {
        checks: [
          check("server", tried, `The server takes the key of project ${port.project}.`),
          check("contentful", compared, "Contentful answers the app."),
          check(
            "events",
            last === undefined ? "No event has come in yet." : undefined,
            `The last event came in at ${last?.received_at}.`,
          ),
        ],
      };
    },

    "POST assets": async (call) => {
      const { of, space, resolved, body } = call;
      only(body, "assets", "state", "limit", "after");
      const visible = await delivered(call);
      const locales = await of.environments.locales(space, resolved);
      const limit = limitOf(body);
      const listed = body.assets === undefined ? undefined : assetsOf(body);
      const state = optionOf(body, "state", ASSET_STATES);
      const where = { space, environment: resolved, ...(state !== undefined && { state }) };
      const found =
        listed === undefined
          ? new Map(
              (await of.index.page(where, limit + 1, idOf(body, "after") ?? "")).map((row) => [
                row.asset,
                row,
              ]),
            )
          : await of.index.all(space, resolved, listed);
      const ids = listed ?? [...found.keys()].slice(0, limit);
      const uses = await of.usage.of(space, resolved, ids);
      const assets: object[] = [];
      for (const id of ids) {
        const entry = found.get(id);
        const blocks = await of.index.blocks(space, id);
        assets.push(
          entry === undefined
            ? viewUnknown(space, id)
            : viewAsset(space, config.endpoint, id, entry, {
                ...{ locales, blocks, isDelivered: resolved === visible },
                uses: uses.filter(({ asset }) => asset === id).length,
              }),
        );
      }
      return { assets, next: listed === undefined && found.size > limit ? ids.at(-1) : null };
    },

    "POST events": async ({ space, body }) => {
      only(body, "asset", "state", "limit", "before");
      const limit = limitOf(body);
      const asset = idOf(body, "asset");
      const state = optionOf(body, "state", EVENT_STATES);
      const before = timeOf(body, "before");
      const lines = await inbox().log({
        ...{ site: space, limit: limit + 1 },
        ...(asset !== undefined && { subject: assetSubject(asset) }),
        ...(state !== undefined && { state }),
        ...(before !== undefined && { before }),
      });
      const events = lines.slice(0, limit).map(viewEvent);
      return { events, next: lines.length > limit ? (events.at(-1)?.received_at ?? null) : null };
    },

    "POST usage": async ({ of, space, resolved, body }) => {
      only(body, "assets");
      const uses = await of.usage.of(space, resolved, assetsOf(body));
      return { uses: uses.map(({ asset, entry, content_type }) => ({ asset, entry, content_type })) };
    },

    "GET blocks": async ({ of, space }) => ({ blocks: (await of.index.blocks(space)).map(viewBlock) }),

    "GET backfill": async ({ of, space, resolved }) => ({
      comparison: viewWalk(await of.walks.get(space, resolved)),
      error: inbox().pullError(space) ?? null,
    }),
  };
}

function viewEvent(line: Awaited<ReturnType<Desk["log"]>>[number]) {
  const { event, subject, via, received_at, state, changed_at, invalidations, remark } = line;
  const [type, action] = event.split(".");
  return {
    event,
    topic: `${type}.${action}`,
    subject: subject ?? null,
    came_by: via === "pull" ? "comparison" : event.startsWith("Freshet.") ? "editor" : "event",
    ...{ received_at, state, changed_at, invalidations, reason: remark },
  };
}

function check(name: string, fault: string | undefined, well: string) {
  return { check: name, ok: fault === undefined, sentence: fault ?? well };
}

/** As much of a secret as tells two apart. */
function shown(secret: string) {
  const fingerprint = createHash("sha256").update(secret).digest("hex").slice(0, 8);
  return { last4: secret.slice(-4), fingerprint };
}
