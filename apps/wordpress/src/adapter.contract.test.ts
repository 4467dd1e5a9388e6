import { randomUUID } from "node:crypto";
import { describeCmsAdapter } from "@freshet/conformance/cms-adapter";
import { SIGNATURE_TOLERANCE_MS, signMessage } from "@freshet/connector";
import { createWordPressAdapter } from "./adapter.ts";
import { readSite } from "./site.ts";
import type { SiteClient } from "./site-client.ts";

const site = readSite("http://site.example/blog");
if (site === undefined) throw new Error("unreachable");
const secret = "a secret that both sides know";
const digest = "9c1f03ab12cd".padEnd(64, "0");

const client: SiteClient = {
  events: async () => ({ head: 0, events: [] }),
  status: async () => ({ plugin: "1", wordpress: "6.8", php: "8.2", head: 0, pending: 0 }),
  files: async () => ({ attachments: 0, files: [], next: undefined, total: 0 }),
  scan: async () => ({ scanned: 0, next: undefined }),
};

describeCmsAdapter({
  name: "wordpress",
  adapter: (now) => createWordPressAdapter({ site, secrets: ["the next secret", secret], now }),
  client,
  sign: (body, at) => ({ headers: signMessage({ id: `msg_${randomUUID()}`, at, body, secret }), body }),
  body: new TextEncoder().encode(
    JSON.stringify({
      site: "http://site.example/blog",
      events: [
        {
          id: "evt_3f0c",
          sequence: 17,
          at: "2026-11-23T09:59:58Z",
          reason: "hook",
          attachment: { id: 12, title: "Hat", link: "http://site.example/blog/wp-admin/post.php?post=12" },
          files: [
            {
              url: "http://site.example/blog/wp-content/uploads/hat.jpg",
              sha256: digest,
              version: "c9c1f03ab12cd",
            },
            {
              url: "http://site.example/blog/wp-content/uploads/hat-300x200.jpg",
              sha256: null,
              version: null,
            },
          ],
        },
      ],
    }),
  ),
  toleranceMs: SIGNATURE_TOLERANCE_MS,
  signedHeaders: ["webhook-id", "webhook-timestamp", "webhook-signature"],
});
