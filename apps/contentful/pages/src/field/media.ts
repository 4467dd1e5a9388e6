import { dig } from "../../../src/delivery/asset.ts";

/** A link to an asset, as a media field holds it. */
export interface AssetLink {
  readonly sys: { readonly type: "Link"; readonly linkType: "Asset"; readonly id: string };
}

export const linkTo = (id: string): AssetLink => ({ sys: { type: "Link", linkType: "Asset", id } });

/** Assets of a media field, of one or of many, in their order. */
export function assetsOfField(value: unknown): readonly string[] {
  const links = Array.isArray(value) ? value : [value];
  return links.flatMap((link) => {
    const id = dig(link, "sys", "id");
    return typeof id === "string" ? [id] : [];
  });
}

/** What a media field is to hold: nothing rather than an empty list, so that a required field counts as empty. */
export function fieldOfAssets(ids: readonly string[], isList: boolean): unknown {
  const [first] = ids;
  if (first === undefined) return undefined;
  return isList ? ids.map(linkTo) : linkTo(first);
}

/** The list with one of its members a step earlier (-1) or later (1). */
export function shifted<Each>(list: readonly Each[], index: number, by: -1 | 1): readonly Each[] {
  const to = index + by;
  const moved = [...list];
  const [each] = moved.splice(index, 1);
  if (each === undefined || to < 0 || to > moved.length) return list;
  moved.splice(to, 0, each);
  return moved;
}
