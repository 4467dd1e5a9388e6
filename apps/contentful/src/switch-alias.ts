import type { AssetChange } from "@freshet/core";
import type { Files } from "./assets/asset-file.ts";
import type { Entry } from "./assets/asset-index.ts";
import type { KnownAsset } from "./assets/decide.ts";
import { compare } from "./assets/difference.ts";
import { fileOf, stableNames, versionOf } from "./assets/names.ts";
import type { EventDecision } from "./changes.ts";
import type { PublishedAsset } from "./cma/client.ts";
import type { ContentfulEvent } from "./event.ts";
import { type ContentfulSpace, linkTo, placeIn } from "./space.ts";

const PAGE = 200;
const NO_FILES: Files = {};

/**
 * An alias stands for another environment: where visitors see that one, stable ids stand for its files from now on. Files
 * themselves have the same addresses in every environment, so nothing else changes.
 */
export async function switchAlias(
  event: Extract<ContentfulEvent, { kind: "alias" }>,
  place: number,
  space: ContentfulSpace,
): Promise<EventDecision> {
  const { id, environments, index, cma } = space;
  const known = await environments.aliases(id);
  const said = cma === undefined ? undefined : await cma.aliases(placeIn(space, space.environment));
  const aliases = said?.size ? said : withAlias(known, event);
  const keepAliases = (on: Parameters<NonNullable<EventDecision["keep"]>>[0]) =>
    environments.setAliases(on, id, aliases);
  const before = known.get(space.environment) ?? space.environment;
  const after = aliases.get(space.environment) ?? space.environment;
  if (event.alias !== space.environment || before === after) {
    const target = aliases.get(event.alias) ?? event.environment ?? "no environment";
    return {
      changes: [],
      reason: `The alias ${event.alias} stands for ${target}: visitors see no other pictures.`,
      keep: keepAliases,
    };
  }
  const fresh = cma === undefined ? undefined : await readAll(space, after);
  const [old, now] = await Promise.all([index.all(id, before), index.all(id, after)]);
  const locales = cma === undefined ? undefined : await cma.locales(placeIn(space, after));
  const [oldLocales, newLocales] = [
    await environments.locales(id, before),
    locales ?? (await environments.locales(id, after)),
  ];
  const published = (entry: Entry | undefined) => (entry?.state === "published" ? entry.files : NO_FILES);
  const filesNow = (asset: string) =>
    fresh?.get(asset)?.event.files ?? (fresh ? NO_FILES : published(now.get(asset)));
  const changes: AssetChange[] = [];
  for (const asset of new Set([...old.keys(), ...now.keys(), ...(fresh?.keys() ?? [])])) {
    const [was, is] = [published(old.get(asset)), filesNow(asset)];
    const names = new Map([
      ...stableNames(id, asset, oldLocales, was, is),
      ...stableNames(id, asset, newLocales),
    ]);
    for (const [original, locale] of names) {
      const file = fileOf(is, locale, newLocales);
      if (fileOf(was, locale, oldLocales)?.url === file?.url) continue;
      const version = file && versionOf(file, now.get(asset)?.bumps ?? 0);
      const link = linkTo(space, after, asset);
      changes.push(
        version === undefined
          ? { kind: "removed", original, link }
          : { kind: "replaced", original, version, link },
      );
    }
  }
  return {
    changes,
    reason: `${event.alias} stands for ${after} now, not for ${before}.`,
    async keep(on) {
      await keepAliases(on);
      if (fresh) await space.walks.complete(on, id, after);
      if (locales) await environments.setLocales(on, id, after, locales);
      for (const asset of fresh?.values() ?? []) await keepAsset(on, asset, now.get(asset.event.asset));
      for (const [asset, entry] of fresh ? now : []) {
        if (entry.state !== "published" || fresh?.has(asset)) continue;
        await keepEntry(on, asset, entry, { ...entry, state: "unpublished" });
      }
    },
  };

  async function keepAsset(
    on: Parameters<typeof keepAliases>[0],
    asset: PublishedAsset,
    entry: Entry | undefined,
  ): Promise<void> {
    const { files, title } = asset.event;
    const isKnown = entry?.state === "published" && compare(entry.files, files).length === 0;
    if (isKnown || (entry !== undefined && asset.place < entry.place)) return;
    const next = { state: "published" as const, place: asset.place, bumps: entry?.bumps ?? 0, title, files };
    await keepEntry(on, asset.event.asset, entry, next);
  }

  function keepEntry(
    on: Parameters<typeof keepAliases>[0],
    asset: string,
    entry: Entry | undefined,
    next: KnownAsset,
  ): Promise<void> {
    const key = { space: id, environment: after, asset };
    return index.keep(on, key, entry, { changes: [], reason: "", next }, { place, kind: "policy" });
  }

  function withAlias(map: ReadonlyMap<string, string>, { alias, environment }: typeof event) {
    return environment === undefined ? map : new Map([...map, [alias, environment]]);
  }

  /** Everything that the environment publishes. */
  async function readAll({ cma: api }: ContentfulSpace, environment: string) {
    const all = new Map<string, PublishedAsset>();
    for (let skip = 0; api !== undefined; ) {
      const { assets, total, given } = await api.published(placeIn(space, environment), skip, PAGE);
      for (const asset of assets) all.set(asset.event.asset, asset);
      skip += given;
      if (given === 0 || skip >= total) break;
    }
    return all;
  }
}
