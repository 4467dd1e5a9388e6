import type { SeenImage } from "../assets/diff.ts";
import { readImageUrl } from "../assets/identity.ts";

/** One image as the API answered it. */
export type Reading =
  | { readonly is: "image"; readonly image: SeenImage; readonly prefix: string | undefined }
  /** Shopify still works on it: it has to be read again. */
  | { readonly is: "unready"; readonly gid: string }
  /** It carries no image, or none of a kind we deliver. */
  | { readonly is: "nothing"; readonly gid: string };

export type Loose = Readonly<Record<string, unknown>>;
export const isLoose = (value: unknown): value is Loose =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const loose = (value: unknown): Loose => (isLoose(value) ? value : {});
const text = (value: unknown) => (typeof value === "string" ? value : undefined);
const count = (value: unknown) =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined;

/** Reads a MediaImage (`files`, `nodes`, `product.media`, or a line of a bulk operation); undefined for other things. */
export function readFile(value: unknown): Reading | undefined {
  const { __typename, id, fileStatus, updatedAt, image, originalSource } = loose(value);
  const gid = text(id);
  if (gid === undefined || __typename !== "MediaImage") return undefined;
  if (fileStatus === "FAILED") return { is: "nothing", gid };
  if (fileStatus !== "READY" || !isLoose(image)) return { is: "unready", gid };
  return (
    readImage(gid, "file", image, updatedAt, count(loose(originalSource).fileSize)) ?? { is: "nothing", gid }
  );
}

/** Reads the image of a collection; the collection's id stands for it. */
export function readCollection(value: unknown): Reading | undefined {
  const { id, updatedAt, image } = loose(value);
  const gid = text(id);
  if (gid === undefined) return undefined;
  if (!isLoose(image)) return { is: "nothing", gid };
  return readImage(gid, "collection", image, updatedAt, undefined) ?? { is: "nothing", gid };
}

function readImage(
  gid: string,
  kind: SeenImage["kind"],
  image: Loose,
  updatedAt: unknown,
  bytes: number | undefined,
): Reading | undefined {
  const url = text(image.url);
  const place = readImageUrl(url);
  const at = Date.parse(text(updatedAt) ?? "");
  if (url === undefined || place === undefined || Number.isNaN(at)) return undefined;
  return {
    is: "image",
    prefix: place.prefix,
    image: {
      ...{ path: place.path, gid, kind, url, version: place.version, updatedAt: at, bytes },
      width: count(image.width),
      height: count(image.height),
    },
  };
}

/** A page of a connection under `name`. */
export function readPage(data: unknown, name: string) {
  const { nodes, pageInfo } = loose(loose(data)[name]);
  const { hasNextPage, endCursor } = loose(pageInfo);
  return {
    nodes: Array.isArray(nodes) ? (nodes as readonly unknown[]) : [],
    next: hasNextPage === true ? text(endCursor) : undefined,
  };
}

/** `userErrors` of a mutation as one sentence; undefined when there are none. */
export function readUserErrors(data: unknown, mutation: string): string | undefined {
  const { userErrors } = loose(loose(data)[mutation]);
  const messages = Array.isArray(userErrors)
    ? userErrors.map((each) => text(loose(each).message) ?? "?")
    : [];
  return messages.length === 0 ? undefined : messages.join(" ").slice(0, 300);
}
