import { randomBytes } from "node:crypto";

/** One locale's file: before processing it has where it comes from, afterwards where it is. */
type FileBody = Readonly<Record<string, unknown>>;

export interface StoredAsset {
  readonly id: string;
  readonly environment: string;
  version: number;
  fields: { title?: Record<string, string>; file?: Record<string, FileBody> };
  published:
    | { fields: StoredAsset["fields"]; at: number; first: number; count: number; version: number }
    | undefined;
  archivedAt: number | undefined;
  readonly createdAt: number;
  updatedAt: number;
}

/** The assets of one space by environment; addresses of files are another one for each that is processed. */
export function createAssetStore(space: string, environment: string, fileOrigin: () => string) {
  const environments = new Map<string, Map<string, StoredAsset>>([[environment, new Map()]]);
  /** Bytes by path, as the delivery of files gives them. */
  const files = new Map<string, { readonly bytes: Uint8Array; readonly contentType: string }>();
  /** Bytes by the address they are uploaded from. */
  const uploads = new Map<string, Uint8Array>();
  let clock = 0;
  /** Times of Contentful's never stand still: each change is later than the one before. */
  const now = () => {
    clock = Math.max(clock + 1, Date.now());
    return clock;
  };
  const iso = (time: number) => new Date(time).toISOString();
  const link = (linkType: string, id: string) => ({ sys: { type: "Link", linkType, id } });

  const sysOf = ({ id, environment, createdAt }: StoredAsset) => ({
    ...{ id, type: "Asset", createdAt: iso(createdAt) },
    space: link("Space", space),
    environment: link("Environment", environment),
    createdBy: link("User", "editor"),
    updatedBy: link("User", "editor"),
  });

  return {
    environments,
    files,
    uploads,
    now,
    get: (environment: string, id: string) => environments.get(environment)?.get(id),
    /** Creates, or writes a new draft. */
    put(environment: string, id: string | undefined, fields: StoredAsset["fields"]): StoredAsset {
      const assets = environments.get(environment);
      if (!assets) throw new Error(`There is no environment ${environment}.`);
      const at = now();
      const name = id ?? randomBytes(11).toString("base64url").replaceAll(/[-_]/g, "0");
      const before = assets.get(name);
      const asset: StoredAsset = before ?? {
        ...{ id: name, environment, version: 0, fields: {}, published: undefined, archivedAt: undefined },
        ...{ createdAt: at, updatedAt: at },
      };
      asset.version += 1;
      asset.updatedAt = at;
      asset.fields = structuredClone(fields);
      assets.set(name, asset);
      return asset;
    },
    /** Gives the file of a locale its address. */
    async process(asset: StoredAsset, locale: string, measure: (bytes: Uint8Array) => Promise<FileBody>) {
      const file = asset.fields.file?.[locale];
      if (file === undefined || typeof file.upload !== "string") return;
      const bytes = uploads.get(file.upload);
      if (bytes === undefined) throw new Error(`Nothing is uploaded from ${file.upload}.`);
      const { upload: _upload, ...rest } = file;
      const path = `/${space}/${asset.id}/${randomBytes(16).toString("hex")}/${encodeURIComponent(String(file.fileName))}`;
      files.set(path, { bytes, contentType: String(file.contentType) });
      const url = `${fileOrigin().replace(/^https?:/, "")}${path}`;
      const details = { size: bytes.length, ...(await measure(bytes)) };
      // Locales are processed side by side: what the others have become by now stays.
      asset.fields.file = { ...asset.fields.file, [locale]: { ...rest, url, details } };
      asset.version += 1;
      asset.updatedAt = now();
    },
    publish(asset: StoredAsset) {
      const at = now();
      const { published } = asset;
      asset.published = {
        fields: structuredClone(asset.fields),
        ...{ at, version: asset.version, first: published?.first ?? at, count: (published?.count ?? 0) + 1 },
      };
      asset.version += 1;
      asset.updatedAt = at;
    },
    /** As the management API shows the draft. */
    body(asset: StoredAsset) {
      const { version, updatedAt, archivedAt, published, fields } = asset;
      return {
        sys: {
          ...sysOf(asset),
          ...{ version, updatedAt: iso(updatedAt), publishedCounter: published?.count ?? 0 },
          ...(published && { publishedVersion: published.version, publishedAt: iso(published.at) }),
          ...(archivedAt !== undefined && { archivedAt: iso(archivedAt), archivedVersion: version }),
        },
        fields,
      };
    },
    /** As visitors of the delivery API would see it, in every locale. */
    publicBody(asset: StoredAsset) {
      const { published } = asset;
      if (!published) throw new Error(`${asset.id} is not published.`);
      return {
        sys: {
          ...sysOf(asset),
          ...{ revision: published.count, publishedVersion: published.version, updatedAt: iso(published.at) },
        },
        fields: published.fields,
      };
    },
    /** All that is told of what is unpublished or deleted. */
    tombstone(asset: StoredAsset) {
      const at = iso(now());
      const sys = { ...sysOf(asset), type: "DeletedAsset", revision: asset.published?.count ?? 1 };
      return { sys: { ...sys, updatedAt: at, deletedAt: at } };
    },
    /** Another environment with the same assets, whose files keep their addresses. */
    clone(from: string, to: string) {
      const copies = [...(environments.get(from) ?? [])].map(
        ([id, asset]) => [id, { ...structuredClone(asset), environment: to }] as const,
      );
      environments.set(to, new Map(copies));
    },
  };
}

export type AssetStore = ReturnType<typeof createAssetStore>;
