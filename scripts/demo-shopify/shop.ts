import type { LocalFile, LocalProduct, LocalShop } from "../../test/shopify/local/shop.ts";
import type { Pictures } from "./pictures.ts";

/** A picture in the shop, and those that may take its place. */
export interface Shown {
  readonly file: LocalFile;
  /** Puts the next picture in its place. */
  next(): void;
}

/** What the demo's shop has. */
export interface Content {
  /** The first of them has the picture that can be replaced. */
  readonly products: readonly { readonly product: LocalProduct; readonly shown: Shown }[];
  /** A file that no product shows. */
  readonly lake: Shown;
}

/** Puts goods and a file into the shop, as its people would. */
export function fillShop(
  shop: LocalShop,
  pictures: {
    readonly goods: readonly { readonly title: string; readonly of: Pictures }[];
    readonly lake: Pictures;
  },
): Content {
  const put = (path: string, alt: string, { all, width, height }: Pictures): Shown => {
    const file = shop.addFile({ path, bytes: all[0], width, height });
    file.alt = alt;
    let place = 0;
    return {
      file,
      next() {
        place = (place + 1) % all.length;
        shop.replaceFile(file.gid, all[place] ?? all[0]);
      },
    };
  };
  const products = pictures.goods.map(({ title, of }) => {
    const shown = put(`files/${title.toLowerCase()}.jpg`, title, of);
    return { product: shop.addProduct(title, [shown.file.gid]), shown };
  });
  return { products, lake: put("files/lake.jpg", "A lake in the mountains", pictures.lake) };
}
