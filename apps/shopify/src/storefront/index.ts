export {
  createHydrogenLoader,
  createNextLoader,
  type HydrogenRequest,
  type LoaderOptions,
  type NextRequest,
  shopifyDeliveryUrl,
} from "./loaders.ts";
export { readShopifyImage, type ShopifyImage, type ShopifyWish, transformationOf } from "./shopify-image.ts";
