import { createHash, timingSafeEqual } from "node:crypto";
import type { Project, Projects } from "./project.ts";

/** Finds projects by host and by key. The list does not change. */
export function createProjects(all: readonly Project[]): Projects {
  const byName = new Map(all.map((project) => [project.name, project]));
  const byHost = new Map(all.flatMap((project) => project.hosts.map((host) => [host, project])));
  const digests = all.map((project) => ({ project, digest: digestOf(project.apiKey) }));
  const only = all.length === 1 ? all[0] : undefined;
  return {
    all,
    byHost(host) {
      const name = (host ?? "").toLowerCase();
      const bare = name.replace(/:\d*$/, "").replace(/\.$/, "");
      const label = /^[^.]*/.exec(bare)?.[0] ?? "";
      return byName.get(label) ?? byHost.get(name) ?? byHost.get(bare) ?? only;
    },
    byKey(key) {
      // Every project is compared, and digests have one length, so that time tells nothing about any key.
      const digest = digestOf(key);
      let found: Project | undefined;
      for (const each of digests) {
        if (timingSafeEqual(each.digest, digest)) found = each.project;
      }
      return found;
    },
  };
}

function digestOf(key: string): Buffer {
  return createHash("sha256").update(key).digest();
}
