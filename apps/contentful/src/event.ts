import { EventUnreadable } from "@freshet/connector";
import { type Files, readFiles } from "./assets/asset-file.ts";
import { dig, isRecord, text } from "./json.ts";

/** How an asset stopped being published. */
export type Withdrawal = "unpublish" | "archive" | "delete";

/** What an editor may ask for. */
export const WISHES = ["purge", "re-version", "block", "unblock"] as const;
export type Wish = (typeof WISHES)[number];

/** What the inbox keeps of an event: nothing of a draft, and nothing that nobody needs. Ids are Contentful's. */
export type ContentfulEvent =
  | {
      readonly kind: "published";
      readonly environment: string;
      readonly asset: string;
      readonly title?: string;
      readonly files: Files;
      readonly remarks: readonly string[];
      /** No event said so: it was found by comparing. */
      readonly missed?: true;
    }
  | {
      readonly kind: "withdrawn";
      readonly environment: string;
      readonly asset: string;
      readonly how: Withdrawal;
      readonly missed?: true;
    }
  | { readonly kind: "alias"; readonly alias: string; readonly environment: string | undefined }
  | { readonly kind: "installed"; readonly environment: string; readonly app: string }
  | { readonly kind: "uninstalled"; readonly environment: string; readonly app: string }
  | {
      readonly kind: "entry";
      readonly environment: string;
      readonly entry: string;
      readonly contentType: string | undefined;
      /** Assets that the published entry links to; null when it is not published any more. */
      readonly assets: readonly string[] | null;
    }
  | {
      readonly kind: "asked";
      readonly wish: Wish;
      readonly environment: string;
      readonly asset: string;
      /** Id of the user who asked. */
      readonly by: string;
    }
  | { readonly kind: "ignored"; readonly reason: string };

/** An event that was read from a genuine body. `at` is its place in Contentful's order: milliseconds since the epoch. */
export interface ReadEvent {
  readonly event: ContentfulEvent;
  readonly subject: string;
  readonly at: number | undefined;
}

/** Ids become steps of paths: one that leads up is none. */
const ID = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,64}$/;
const MOST_LINKS = 1_000;

export const isId = (value: unknown): value is string => typeof value === "string" && ID.test(value);

/** The space that a body speaks of; believed only once its signature was verified. */
export function spaceOf(body: unknown): string | undefined {
  const space = text(body, "sys", "space", "sys", "id");
  return isId(space) ? space : undefined;
}

const NOTHING_SEEN = "A draft was saved: visitors see nothing of it.";

/** Reads a body under its topic, such as "Asset.publish"; undefined when it is not in Contentful's form. */
export function readEvent(
  topic: string,
  body: Readonly<Record<string, unknown>>,
  origins: readonly string[],
): ReadEvent | undefined {
  const [type = "", action = ""] = topic.split(".");
  const { sys, fields } = body;
  const space = spaceOf(body);
  const id = text(sys, "id");
  const environment = text(sys, "environment", "sys", "id") ?? "master";
  if (space === undefined || !isId(id) || !isId(environment)) return undefined;
  const at = placeOf(sys);
  const ignored = (reason: string): ReadEvent => ({ event: { kind: "ignored", reason }, subject: id, at });
  const isOf = (...types: readonly string[]) => types.includes(text(sys, "type") ?? type);
  if (type === "Asset") {
    if (!isOf("Asset", "DeletedAsset")) return undefined;
    const subject = assetSubject(id);
    if (action === "publish") {
      if (!isRecord(fields)) return undefined;
      const { files, remarks } = readFiles(fields, { space, asset: id, origins });
      const title = titleOf(fields);
      const event = { kind: "published" as const, environment, asset: id, files, remarks };
      return { event: { ...event, ...(title !== undefined && { title }) }, subject, at };
    }
    if (action === "unpublish" || action === "archive" || action === "delete")
      return { event: { kind: "withdrawn", environment, asset: id, how: action }, subject, at };
    return { ...ignored(NOTHING_SEEN), subject };
  }
  if (type === "Entry") {
    const contentType = text(sys, "contentType", "sys", "id");
    const event = { kind: "entry" as const, environment, entry: id, contentType };
    const subject = `entry ${id}`;
    if (action === "publish") return { event: { ...event, assets: assetsIn(fields) }, subject, at };
    if (["unpublish", "archive", "delete"].includes(action))
      return { event: { ...event, assets: null }, subject, at };
    return { ...ignored(NOTHING_SEEN), subject };
  }
  if (type === "EnvironmentAlias") {
    const target = text(body, "environment", "sys", "id");
    return {
      event: { kind: "alias", alias: id, environment: isId(target) ? target : undefined },
      subject: `alias ${id}`,
      at,
    };
  }
  if (type === "AppInstallation") {
    const app = text(sys, "appDefinition", "sys", "id") ?? id;
    const kind = action === "delete" ? ("uninstalled" as const) : ("installed" as const);
    return { event: { kind, environment, app }, subject: "installation", at };
  }
  return ignored(`${topic.slice(0, 80)} changes no picture.`);
}

export const assetSubject = (asset: string) => `asset ${asset}`;

/** Takes an event out of the inbox again. */
export function restoreEvent(payload: unknown): ContentfulEvent {
  if (isRecord(payload) && KINDS.has(String(payload.kind))) return payload as unknown as ContentfulEvent;
  throw new EventUnreadable("The stored event has no form that this version knows.");
}

const KINDS: ReadonlySet<string> = new Set<ContentfulEvent["kind"]>([
  ...(["published", "withdrawn", "alias", "installed", "uninstalled", "entry", "asked", "ignored"] as const),
]);

/** The latest of the times that Contentful gave it. */
export function placeOf(sys: unknown): number | undefined {
  const times = ["deletedAt", "archivedAt", "publishedAt", "updatedAt"].flatMap((name) => {
    const time = Date.parse(text(sys, name) ?? "");
    return Number.isFinite(time) && time > 0 ? [time] : [];
  });
  return times.length === 0 ? undefined : Math.max(...times);
}

export function titleOf(fields: unknown): string | undefined {
  const titles = dig(fields, "title");
  const [title] = isRecord(titles) ? Object.values(titles) : [];
  return typeof title === "string" ? title.slice(0, 200) : undefined;
}

/** Links to assets anywhere in the fields of an entry, rich text included. */
function assetsIn(fields: unknown): readonly string[] {
  const found = new Set<string>();
  const waiting: unknown[] = [fields];
  while (waiting.length > 0 && found.size < MOST_LINKS) {
    const value = waiting.pop();
    if (typeof value !== "object" || value === null) continue;
    const id = text(value, "sys", "id");
    if (text(value, "sys", "linkType") === "Asset" && isId(id)) found.add(id);
    else waiting.push(...Object.values(value));
  }
  return [...found].toSorted();
}
