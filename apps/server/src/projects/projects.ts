import { createHash, timingSafeEqual } from "node:crypto";
import type { LiveProjects, Project } from "./project.ts";

/** Finds projects by name, by host and by key. */
export function createProjects(first: readonly Project[]): LiveProjects {
  let all = first;
  let index = indexOf(first);
  let epoch = 1;
  return {
    get all() {
      return all;
    },
    get epoch() {
      return epoch;
    },
    byName: (name) => index.byName.get(name),
    byHost(host) {
      const name = (host ?? "").toLowerCase();
      const bare = name.replace(/:\d*$/, "").replace(/\.$/, "");
      const label = /^[^.]*/.exec(bare)?.[0] ?? "";
      const { byName, byHost, only } = index;
      return byHost.get(name) ?? byHost.get(bare) ?? byName.get(label) ?? only;
    },
    byKey(key) {
      // Every project is compared, and digests have one length, so that time tells nothing about any key.
      const digest = digestOf(key);
      let found: Project | undefined;
      for (const each of index.digests) {
        if (timingSafeEqual(each.digest, digest)) found = each.project;
      }
      return found;
    },
    isCurrent: (project) => index.byName.get(project.name) === project,
    replace(next, count = next.length) {
      all = next;
      index = indexOf(next, count);
      epoch += 1;
    },
  };
}

function indexOf(all: readonly Project[], count = all.length) {
  return {
    byName: new Map(all.map((project) => [project.name, project])),
    // Who comes first has it.
    byHost: new Map(
      all.toReversed().flatMap((project) => project.hosts.map((host) => [host, project] as const)),
    ),
    digests: all.flatMap((project) =>
      project.apiKey === undefined ? [] : [{ project, digest: digestOf(project.apiKey) }],
    ),
    only: count === 1 ? all[0] : undefined,
  };
}

function digestOf(key: string): Buffer {
  return createHash("sha256").update(key).digest();
}
