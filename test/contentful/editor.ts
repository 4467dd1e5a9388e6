import type { Shade } from "../support/origin.ts";
import type { FakeContentful } from "./cma.ts";
import type { EventLine, Installation } from "./installation.ts";
import { paint } from "./paint.ts";
import type { AssetBody } from "./toolkit.ts";

/** A person who works in one environment of a space, with Contentful's own client. */
export interface Editor {
  /** Creates the asset where there is none, and publishes it with a newly uploaded file for each locale named. */
  publish(asset: string, shades: Readonly<Record<string, Shade>>): Promise<AssetBody>;
  /** Uploads another file for one locale, leaves the others as they are, and publishes. */
  replace(asset: string, locale: string, shade: Shade): Promise<AssetBody>;
  rename(asset: string, title: string): Promise<AssetBody>;
  republish(asset: string): Promise<AssetBody>;
  unpublish(asset: string): Promise<unknown>;
  archive(asset: string): Promise<unknown>;
  remove(asset: string): Promise<unknown>;
}

let uploads = 0;

export function editorOf(all: Installation, space: FakeContentful, environment = "master"): Editor {
  const { asset: api } = all.editor(space);
  const at = (assetId: string) => ({ spaceId: space.space, environmentId: environment, assetId });
  const ask = async (verb: string, params: object, ...rest: readonly unknown[]): Promise<AssetBody> => {
    const run = api[verb];
    if (!run) throw new Error(`The client has no asset.${verb}.`);
    return run(params, ...rest);
  };
  const get = (asset: string) => ask("get", at(asset));
  const process = (draft: AssetBody) =>
    ask("processForAllLocales", at(draft.sys.id), draft, { processingCheckWait: 20 });

  const upload = async (asset: string, locale: string, shade: Shade) => {
    uploads += 1;
    const from = `https://uploads.example/${uploads}.jpg`;
    space.store.uploads.set(from, await paint(shade));
    return { contentType: "image/jpeg", fileName: `${asset} ${locale}.jpg`, upload: from };
  };

  return {
    async publish(asset, shades) {
      const file: Record<string, object> = {};
      for (const [locale, shade] of Object.entries(shades)) file[locale] = await upload(asset, locale, shade);
      const known = await get(asset).catch(() => undefined);
      const draft = known
        ? await ask("update", at(asset), { ...known, fields: { ...known.fields, file } })
        : await ask("createWithId", at(asset), { fields: { title: { "en-US": asset }, file } });
      return ask("publish", at(asset), await process(draft));
    },
    async replace(asset, locale, shade) {
      const known = await get(asset);
      const file = { ...known.fields.file, [locale]: await upload(asset, locale, shade) };
      const draft = await ask("update", at(asset), { ...known, fields: { ...known.fields, file } });
      const how = { processingCheckWait: 20 };
      return ask("publish", at(asset), await ask("processForLocale", at(asset), draft, locale, how));
    },
    async rename(asset, title) {
      const known = await get(asset);
      const fields = { ...known.fields, title: { "en-US": title } };
      return ask("publish", at(asset), await ask("update", at(asset), { ...known, fields }));
    },
    republish: async (asset) => ask("publish", at(asset), await get(asset)),
    unpublish: (asset) => ask("unpublish", at(asset)),
    archive: (asset) => ask("archive", at(asset)),
    remove: (asset) => ask("delete", at(asset)),
  };
}

const FINAL: ReadonlySet<string> = new Set(["done", "nothing-to-do", "failed"]);

/** The newest event of an asset with this topic, once it is settled and none of the asset waits. */
export async function settled(
  all: Installation,
  asset: string,
  topic: string,
  as: Parameters<Installation["call"]>[2] = {},
): Promise<EventLine> {
  for (const end = Date.now() + 30_000; ; await new Promise((resolve) => setTimeout(resolve, 30))) {
    const { body } = await all.call("POST events", { asset, limit: 100 }, as);
    const lines = (body.events ?? []) as readonly EventLine[];
    const line = lines.find((each) => each.topic === topic);
    if (line && lines.every(({ state }) => FINAL.has(state))) return line;
    if (Date.now() > end)
      throw new Error(
        `No end of ${topic} of ${asset} but ${JSON.stringify(body, null, 1)}\n${all.connector.logs()}`,
      );
  }
}

/** Originals that a project's invalidations named, of those that Contentful caused, newest first. */
export async function invalidated(
  all: Installation,
  project: "one" | "two" = "one",
): Promise<readonly { readonly id: string | undefined; readonly urls: readonly string[] }[]> {
  const { invalidations } = await all.journals[project].list({ limit: 100 });
  return invalidations
    .filter(({ cause }) => cause.kind === "contentful")
    .map(({ cause, urls }) => ({ id: cause.id, urls: urls.received ?? [] }));
}
