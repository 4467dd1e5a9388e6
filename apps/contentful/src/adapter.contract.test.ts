import { describeCmsAdapter } from "@freshet/conformance/cms-adapter";
import { afterAll } from "vitest";
import { createContentfulAdapter } from "./adapter.ts";
import { newSpace, newStore, publishedBody, secretOf, sign } from "./fixture.test.support.ts";
import { AHEAD_MS, OLDEST_MS } from "./verify/signature.ts";

const { store, end } = await newStore();
afterAll(end);

const headers = {
  "content-type": "application/vnd.contentful.management.v1+json",
  "x-contentful-topic": "ContentManagement.Asset.publish",
  "x-contentful-idempotency-key": "f3".repeat(32),
};

describeCmsAdapter({
  name: "contentful",
  adapter: (now) =>
    createContentfulAdapter({
      space: "space1",
      secrets: async () => [secretOf("n"), secretOf("o")],
      origins: [],
      // What was seen before is a matter of one connector; each adapter here is another.
      replays: { isNew: async () => true, prune: async () => {} },
      walk: { everyMs: 86_400_000, page: 100 },
      now,
    }),
  client: newSpace(store),
  sign: (body, at) => sign({ path: "/contentful/events", headers, body, secret: secretOf("o"), at }),
  body: new TextEncoder().encode(JSON.stringify(publishedBody({ "en-US": "1f2e3d4c", de: "5b6a7988" }))),
  toleranceMs: OLDEST_MS,
  aheadMs: AHEAD_MS,
  signedHeaders: [
    ...["x-contentful-signature", "x-contentful-signed-headers", "x-contentful-timestamp"],
    ...["x-contentful-topic", "x-contentful-idempotency-key"],
  ],
});
