export {
  type Choice,
  type ChoiceOptions,
  type Cut,
  choiceTransformation,
  choiceUrl,
  readChoice,
  type StoredChoice,
  writeChoice,
} from "./choice.ts";
export {
  type DeliveryOptions,
  type Picture,
  toDeliveryUrl,
  toPicture,
} from "./delivery-url.ts";
export { readFocalPoint } from "./focal-point.ts";
export { type Migrated, type MigrationRemark, migrateImagesApi } from "./images-api.ts";
export { nextLoader } from "./next-loader.ts";
export { assetIdsIn, rewriteContent, rewriteText } from "./rewrite.ts";
export { type RichTextOptions, richTextNodes } from "./rich-text.ts";
