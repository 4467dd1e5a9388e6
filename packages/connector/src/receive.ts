import type { RawRequest, Verification } from "@freshet/core";
import type { FastifyInstance } from "fastify";
import { sentenceOf } from "./errors.ts";
import type { Inbox } from "./inbox.ts";
import { problem } from "./problem.ts";
import { rawRequest } from "./raw-request.ts";
import type { ConnectedSite } from "./site.ts";

const LARGEST_BODY = 1_048_576;

export interface ReceiveOptions<Client> {
  readonly paths: readonly string[];
  readonly sites: ReadonlyMap<string, ConnectedSite<Client>>;
  /** Id of the site a request claims to come from, before anything is proved; undefined when it names none. */
  readonly claimedSite: (request: RawRequest) => string | undefined;
  readonly inbox: Inbox;
  /** Told after new events were stored. */
  readonly added: () => void;
  readonly log: (event: string, details: Readonly<Record<string, unknown>>) => void;
}

/** Takes pushed events: genuine ones are on disk before they are answered 200. */
export function receiveEvents<Client>(app: FastifyInstance, options: ReceiveOptions<Client>): void {
  const { inbox, log } = options;
  // Signatures cover bytes: nothing may parse the body before the adapter has seen it, whatever its type says.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer", bodyLimit: LARGEST_BODY }, (_request, body, done) =>
    done(null, body),
  );

  for (const path of options.paths)
    app.post(path, { bodyLimit: LARGEST_BODY }, async (request, reply) => {
      const raw = rawRequest(request);
      const claimed = options.claimedSite(raw);
      if (claimed === undefined) return problem(reply, "EVENT_NOT_GENUINE", "malformed");
      const site = options.sites.get(claimed);
      if (site === undefined) return problem(reply, "SITE_GONE");
      let verification: Verification;
      try {
        verification = await site.adapter.verify(raw);
      } catch (thrown) {
        // What an adapter remembers of requests is in the store, which may be away.
        log("event not verified", { site: site.id, reason: sentenceOf(thrown) });
        return problem(reply, "STORE_UNAVAILABLE");
      }
      if (!verification.ok) {
        log("event refused", { site: site.id, reason: verification.reason });
        return problem(reply, "EVENT_NOT_GENUINE", verification.reason);
      }
      let stored: number;
      try {
        stored = await inbox.add(site.id, verification.events);
      } catch (thrown) {
        // Whatever it is, the event is not on disk: the sender has to keep it.
        log("event not stored", { site: site.id, reason: sentenceOf(thrown) });
        return problem(reply, "STORE_UNAVAILABLE");
      }
      if (stored > 0) options.added();
      return reply.send({ stored, known: verification.events.length - stored });
    });
}
