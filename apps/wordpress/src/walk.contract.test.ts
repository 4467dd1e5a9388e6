import { describeCmsWalk } from "@freshet/conformance/cms-walk";
import { createWordPressAdapter } from "./adapter.ts";
import { createHeadAdapter, type HeadClient } from "./head/head-adapter.ts";
import { createMediaList } from "./head/rest-media.ts";
import { readSite } from "./site.ts";
import type { SiteClient } from "./site-client.ts";

const site = readSite("http://site.example");
if (site === undefined) throw new Error("unreachable");
const ids = Array.from({ length: 230 }, (_, i) => i + 1);
const urlOf = (id: number) => `http://site.example/up/${id}.jpg`;
const hashes = ids.map((id) => id.toString(16).padStart(40, "0"));

const plugin: SiteClient = {
  events: async () => ({ head: 0, events: [] }),
  status: async () => ({ plugin: "", wordpress: "", php: "", head: 17, pending: 0 }),
  async files(after, limit) {
    const page = ids.filter((id) => id > after).slice(0, limit);
    const files = page.map((id) => ({
      ...{ url: urlOf(id), version: `c${id}`, digest: String(id).padStart(64, "0") },
    }));
    const next = page.length < limit ? undefined : page.at(-1);
    return { attachments: page.length, files, next, total: ids.length };
  },
  async scan(after, limit) {
    const page = hashes.filter((hash) => hash > after).slice(0, limit);
    return { scanned: page.length, next: page.length < limit ? undefined : page.at(-1) };
  },
};

const outside: HeadClient = {
  media: createMediaList(site, {
    list: async (offset, limit) =>
      ids.slice(offset, offset + limit).map((id) => ({ id, media_type: "image", source_url: urlOf(id) })),
  }),
  files: {
    // Some say what they are, of the others the bytes are read.
    look: async (url) => ({ kind: "there", mark: /[0-4]\.jpg$/.test(url) ? "h0123456789abcdef" : undefined }),
    digest: async (url) => url.replace(/\D/g, "").padStart(64, "0"),
  },
  rules: async () => ({ allows: () => true }),
};

describeCmsWalk({
  name: "wordpress with the plugin",
  adapter: () => createWordPressAdapter({ site, secrets: ["a secret of the test"], now: Date.now }),
  client: () => plugin,
  originals: ids.map(urlOf),
});

describeCmsWalk({
  name: "wordpress without the plugin",
  adapter: () => createHeadAdapter({ site, now: Date.now }),
  client: () => outside,
  originals: ids.map(urlOf),
});
