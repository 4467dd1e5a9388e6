import { type Kysely, sql } from "@freshet/store";
import type { AssetFile, Files } from "./asset-file.ts";
import type { KnownAsset } from "./decide.ts";

/** An asset in one environment, which is never an alias. */
export interface AssetKey {
  readonly space: string;
  readonly environment: string;
  readonly asset: string;
}

/** A known asset, and the number by which a change notices that another one came first. */
export interface Entry extends KnownAsset {
  readonly revision: number;
  /** When it was last written, by our clock. */
  readonly updatedAt: number;
}

/** A row of `contentful_asset`. */
export interface AssetRow {
  readonly asset: string;
  readonly state: KnownAsset["state"];
  readonly place: number;
  readonly bumps: number;
  readonly title: string | null;
  readonly revision: number;
  readonly updated_at: number;
}

/** A row of `contentful_file`: the file of an asset in one locale. */
export interface FileRow {
  readonly asset: string;
  readonly locale: string;
  readonly url: string;
  readonly content_type: string;
  readonly bytes: number;
  readonly width: number | null;
  readonly height: number | null;
  readonly file_name: string;
}

export function entryOf(row: AssetRow, files: Files): Entry {
  return {
    state: row.state,
    place: Number(row.place),
    bumps: row.bumps,
    title: row.title ?? undefined,
    files,
    revision: Number(row.revision),
    updatedAt: Number(row.updated_at),
  };
}

export function fileOfRow({ url, content_type, bytes, width, height, file_name }: FileRow): AssetFile {
  return {
    url,
    contentType: content_type,
    bytes: Number(bytes),
    ...(width !== null && height !== null && { width, height }),
    fileName: file_name,
  };
}

/** Compare and set: what was decided on another state of the asset is decided anew. */
export async function writeAsset(
  on: Kysely<unknown>,
  { space, environment, asset }: AssetKey,
  before: Entry | undefined,
  next: KnownAsset,
  at: number,
): Promise<void> {
  const title = next.title ?? null;
  const { numAffectedRows } =
    before === undefined
      ? await sql`insert into contentful_asset
          (space, environment, asset, state, place, bumps, title, walk, revision, updated_at)
          values (${space}, ${environment}, ${asset}, ${next.state}, ${next.place}, ${next.bumps}, ${title}, 0, 1, ${at})
          on conflict (space, environment, asset) do nothing`.execute(on)
      : await sql`update contentful_asset set state = ${next.state}, place = ${next.place}, bumps = ${next.bumps},
          title = ${title}, revision = revision + 1, updated_at = ${at}
          where space = ${space} and environment = ${environment} and asset = ${asset}
          and revision = ${before.revision}`.execute(on);
  if (numAffectedRows !== 1n) throw new Error(`Another event about ${asset} was followed at the same time.`);
  if (before?.files === next.files) return;
  await sql`delete from contentful_file where space = ${space} and environment = ${environment}
    and asset = ${asset}`.execute(on);
  for (const [locale, file] of Object.entries(next.files)) {
    await sql`insert into contentful_file
      (space, environment, asset, locale, url, content_type, bytes, width, height, file_name)
      values (${space}, ${environment}, ${asset}, ${locale}, ${file.url}, ${file.contentType}, ${file.bytes},
        ${file.width ?? null}, ${file.height ?? null}, ${file.fileName})`.execute(on);
  }
}
