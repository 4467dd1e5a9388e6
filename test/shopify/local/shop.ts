import { createHash } from "node:crypto";

/** An image of Files (and so of products), or of a collection. */
export interface LocalFile {
  readonly gid: string;
  /** `files/hat.jpg`. */
  readonly path: string;
  bytes: Buffer;
  /** Shopify's `v`. */
  version: number;
  updatedAt: number;
  /** Shopify works on it until then: no image to be had. */
  readyAt: number;
  alt: string;
  width: number;
  height: number;
}
export interface LocalProduct {
  readonly gid: string;
  title: string;
  updatedAt: number;
  media: string[];
}
export interface LocalCollection {
  readonly gid: string;
  title: string;
  updatedAt: number;
  image: LocalFile | undefined;
}

export interface NewFile {
  readonly path: string;
  readonly bytes: Buffer;
  readonly width?: number;
  readonly height?: number;
}

/** One shop of the local Shopify: what its people have in it, and who may ask for it. */
export interface LocalShop {
  readonly domain: string;
  /** Address of its storefront: "http://127.0.0.2:40001". */
  readonly url: string;
  /** `/s/files/1/0001/0002/0003`. */
  readonly folder: string;
  readonly files: Map<string, LocalFile>;
  readonly products: Map<string, LocalProduct>;
  readonly collections: Map<string, LocalCollection>;
  readonly metafields: Map<string, string>;
  /** Milliseconds that Shopify works on bytes that were put. */
  readyMs: number;
  /** Milliseconds that the index of `updated_at` lags behind. */
  indexLagMs: number;
  isInstalled: boolean;
  /** What the app may do in it. */
  scopes: readonly string[];
  addFile(file: NewFile): LocalFile;
  /** Puts other bytes in place: the path stays, `v` becomes another. No webhook tells of it. */
  replaceFile(gid: string, bytes: Buffer): LocalFile;
  /** The same without another `v`, as no shop should but a CDN may. */
  overwriteFile(gid: string, bytes: Buffer): LocalFile;
  /** A text about it is edited: only `updatedAt` moves. */
  editAlt(gid: string, alt: string): void;
  removeFile(gid: string): void;
  addProduct(title: string, media: readonly string[]): LocalProduct;
  addCollection(title: string, image: NewFile | undefined): LocalCollection;
}

let lastId = 7_000_000_000_000_000_000n;
/** Ids beyond what a number is exact for, as Shopify's own are. */
const nextId = () => {
  lastId += 11n;
  return String(lastId);
};

export function createLocalShop(domain: string, url: string, now: () => number): LocalShop {
  const number = Number.parseInt(createHash("sha256").update(domain).digest("hex").slice(0, 6), 16) % 9_000;
  let lastVersion = Math.floor(now() / 1_000);
  const nextVersion = () => {
    lastVersion = Math.max(lastVersion + 1, Math.floor(now() / 1_000));
    return lastVersion;
  };
  /** Two changes never have the same time, so that their order is one. */
  let lastTime = 0;
  const nextTime = () => {
    lastTime = Math.max(lastTime + 1, now());
    return lastTime;
  };
  const make = (type: string, { path, bytes, width = 640, height = 480 }: NewFile): LocalFile => ({
    ...{ gid: `gid://shopify/${type}/${nextId()}`, path, bytes, width, height, alt: "" },
    version: nextVersion(),
    updatedAt: nextTime(),
    readyAt: now() + shop.readyMs,
  });
  const fileOf = (gid: string): LocalFile => {
    const file = shop.files.get(gid);
    if (file === undefined) throw new Error(`${domain} has no file ${gid}.`);
    return file;
  };
  const put = (gid: string, bytes: Buffer, version: number) =>
    Object.assign(fileOf(gid), { bytes, version, updatedAt: nextTime(), readyAt: now() + shop.readyMs });

  const shop: LocalShop = {
    ...{ domain, url, readyMs: 0, indexLagMs: 0, isInstalled: false },
    scopes: ["read_products", "read_files"],
    folder: `/s/files/1/${number}/${number + 1}/${number + 2}`,
    files: new Map(),
    products: new Map(),
    collections: new Map(),
    metafields: new Map(),
    addFile(file) {
      const made = make("MediaImage", file);
      shop.files.set(made.gid, made);
      return made;
    },
    replaceFile: (gid, bytes) => put(gid, bytes, nextVersion()),
    overwriteFile: (gid, bytes) => put(gid, bytes, fileOf(gid).version),
    editAlt: (gid, alt) => void Object.assign(fileOf(gid), { alt, updatedAt: nextTime() }),
    removeFile(gid) {
      shop.files.delete(gid);
      for (const product of shop.products.values())
        product.media = product.media.filter((each) => each !== gid);
    },
    addProduct(title, media) {
      const product = {
        gid: `gid://shopify/Product/${nextId()}`,
        title,
        updatedAt: nextTime(),
        media: [...media],
      };
      shop.products.set(product.gid, product);
      return product;
    },
    addCollection(title, image) {
      const collection = {
        gid: `gid://shopify/Collection/${nextId()}`,
        title,
        updatedAt: nextTime(),
        image: image && make("CollectionImage", image),
      };
      shop.collections.set(collection.gid, collection);
      return collection;
    },
  };
  return shop;
}
