import { hash } from "node:crypto";
import { type ProbeRequest, parentFolders } from "@freshet/core";
import type { Coverage } from "../cache/coverage.ts";
import { covers } from "../cache/mark.ts";
import { ServerError } from "../errors.ts";
import { FOLDER_TAGS, folderTag, projectTag, userTag } from "../projects/cache-tags.ts";
import type { Identity } from "../projects/identity.ts";
import { describePrefix } from "../projects/prefixes.ts";
import type { Project } from "../projects/project.ts";
import { tagsOf } from "../projects/tagging.ts";
import type { Delivery, OriginalTarget } from "./ports.ts";

/** The delivery side in memory: an origin that is a map of texts, and records of them under the coverage of the instance. */
export interface MemoryDelivery extends Delivery {
  /** What the origin gives; undefined for nothing. */
  origin(path: string, text: string | undefined): void;
  /** Somebody asks for the original: a record is made. */
  visit(path: string): void;
  seen(path: string, urls: readonly ProbeRequest[]): void;
  readonly rereads: readonly { readonly name: string; readonly force: boolean }[];
  /** Re-readings wait for this. */
  hold(until: Promise<void>): void;
}

export function createMemoryDelivery(project: Project, coverage: Coverage): MemoryDelivery {
  const texts = new Map<string, string>();
  const records = new Map<string, { readonly digest: string | undefined; readonly stamp: number }>();
  const urls = new Map<string, readonly ProbeRequest[]>();
  const rereads: { readonly name: string; readonly force: boolean }[] = [];
  let held = Promise.resolve();

  const nameOriginal = ({ name }: Project, path: string): OriginalTarget => {
    if (path.includes("..")) throw new ServerError("ORIGINAL_NOT_NAMED", "The path leads upwards.");
    return { name: name + path, tag: `o-${hash("sha256", name + path).slice(0, 16)}` };
  };
  const identityOf = (name: string): Identity => ({
    project: project.name,
    tag: `o-${hash("sha256", name).slice(0, 16)}`,
    name,
    userTags: tagsOf(project, name.slice(project.name.length + 1)).map((tag) => userTag(project.name, tag)),
  });
  const nameOf = (path: string): string => nameOriginal(project, path).name;
  const digestOf = (name: string): string | undefined => {
    const text = texts.get(name);
    return text === undefined ? undefined : hash("sha256", text);
  };
  return {
    nameOriginal,
    coverOf(owner, path) {
      const { name, tag } = nameOriginal(owner, path);
      const original = name.slice(owner.name.length + 1);
      const userTags = tagsOf(owner, original);
      return {
        name,
        userTags,
        tags: [
          tag,
          ...parentFolders(original, FOLDER_TAGS).map((folder) => folderTag(owner.name, folder)),
          ...userTags.map((each) => userTag(owner.name, each)),
          projectTag(owner.name),
        ],
      };
    },
    projectTag: (name) => `t-${hash("sha256", name).slice(0, 16)}`,
    async reread({ name }, { force }) {
      rereads.push({ name, force });
      const before = records.get(name);
      await held;
      if (!before) return { bytes: "unknown", digest: undefined };
      if (!force && before.stamp >= coverage.floor(identityOf(name))) {
        return { bytes: "same", digest: before.digest };
      }
      const digest = digestOf(name);
      records.set(name, { digest, stamp: coverage.applied });
      return { bytes: digest === before.digest ? "same" : "changed", digest };
    },
    namePrefix: describePrefix,
    recentUrls: (marks, { originals, each }) =>
      [...urls]
        .filter(([name]) => marks.some((mark) => covers(mark, identityOf(name))))
        .slice(0, originals)
        .flatMap(([, some]) => some.slice(0, each)),
    origin(path, text) {
      if (text === undefined) texts.delete(nameOf(path));
      else texts.set(nameOf(path), text);
    },
    visit: (path) => records.set(nameOf(path), { digest: digestOf(nameOf(path)), stamp: coverage.applied }),
    seen: (path, some) => urls.set(nameOf(path), some),
    rereads,
    hold: (until) => {
      held = until;
    },
  };
}
