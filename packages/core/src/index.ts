export type {
  AssetChange,
  CmsAdapter,
  Cursor,
  Decision,
  KnownAssets,
  RawRequest,
  Verification,
  VerifiedEvent,
  WalkedPage,
} from "./adapter.ts";
export type {
  Bucket,
  CdnDriver,
  CdnLimits,
  CdnReads,
  OriginalPurge,
  Probe,
  ProbeRequest,
  ProjectPurge,
  Purge,
  Recent,
  TagPurge,
  UrlPurge,
} from "./cdn.ts";
export type { Codec, Description, Parameter } from "./codec.ts";
export type { Color, Fill } from "./codecs/color.ts";
export type { FaceBlur } from "./codecs/face-blur.ts";
export { COMPASS, type Compass, type FocalPoint, type Gravity } from "./codecs/gravity.ts";
export type { Lengths } from "./codecs/lengths.ts";
export type { Margin } from "./codecs/margin.ts";
export type { Point } from "./codecs/point.ts";
export type { Radii, Radius } from "./codecs/radii.ts";
export type { RatioRange } from "./codecs/ratio.ts";
export type { Duotone, Tint } from "./codecs/tint.ts";
export { effectiveTransformation, isProxied } from "./effective-transformation.ts";
export type { Form } from "./form.ts";
export {
  DEVELOPED_FORMATS,
  type DevelopedFormat,
  type InputFormat,
  isDeveloped,
  MEDIA_TYPES,
  OUTPUT_FORMATS,
  type OutputFormat,
} from "./format.ts";
export {
  type CheckedLine,
  checkInvalidationLines,
  correctInvalidationLines,
  type LineRules,
} from "./invalidation/check-lines.ts";
export {
  createInvalidationClient,
  type InvalidationClient,
  type InvalidationClientOptions,
  type ReportedInvalidation,
} from "./invalidation/client.ts";
export {
  type Cause,
  type Evidence,
  INVALIDATION_SCOPES,
  INVALIDATION_STATUSES,
  type InvalidationEntry,
  type InvalidationPage,
  type InvalidationProblem,
  type InvalidationReach,
  type InvalidationReceipt,
  type InvalidationRequest,
  type InvalidationScope,
  type InvalidationStatus,
  type InvalidationStep,
  type ProbeSample,
  type TargetOutcome,
  type Widening,
} from "./invalidation/contract.ts";
export {
  INVALIDATION_ERRORS,
  InvalidationError,
  type InvalidationErrorCode,
  isInvalidationError,
} from "./invalidation/errors.ts";
export { type InvalidationPath, normalizeInvalidationPath } from "./invalidation/path.ts";
export { type InvalidationUrl, normalizeInvalidationUrl } from "./invalidation/url.ts";
export {
  type EffectiveValue,
  type GivenValue,
  LAYERS,
  type LayeredParameters,
  type LayerName,
  layerParameters,
  type Shortening,
} from "./layering.ts";
export type { Operation, Parameters, ValuesOf } from "./operation.ts";
export { FORMAT_CHOICES } from "./operations/encode.ts";
export {
  OPERATIONS,
  type OperationName,
  type OperationValues,
  type Transformation,
} from "./operations/index.ts";
export { LARGEST_SIDE } from "./operations/resize.ts";
export { LONGEST_CLIP_SECONDS } from "./operations/video.ts";
export { rewriteCss } from "./rewrite/css.ts";
export { rewriteHtml } from "./rewrite/html.ts";
export type { RewriteOptions } from "./rewrite/image-url.ts";
export { rewriteSrcset } from "./rewrite/srcset.ts";
export {
  canonicalTransformation,
  isEmptyTransformation,
  isOperationParameter,
  layer,
  listParameters,
  type Remark,
  readTransformation,
  writeTransformation,
} from "./transformation.ts";
export { type Beginning, resolveBeginning } from "./url/beginning.ts";
export {
  buildDeliveryUrl,
  type DeliveryUrlOptions,
  type ParsedDeliveryUrl,
  parseDeliveryUrl,
} from "./url/delivery-url.ts";
export {
  acceptedFormats,
  chooseFormat,
  type FormatChoice,
  type FormatQuestion,
  namesType,
} from "./url/negotiate.ts";
export {
  type AliasPlace,
  bucketName,
  isBehindAlias,
  type Naming,
  type NamingStep,
  type OriginalFault,
  parentFolders,
  type ResolvedOriginal,
  resolveOriginal,
  stepsToOriginal,
} from "./url/original.ts";
export { normalizePath, normalizeQuery } from "./url/percent.ts";
export { type Claim, type Proofs, readProofs } from "./url/proofs.ts";
export { type QueryPair, readQuery } from "./url/query.ts";
export { CONTROL_PARAMETERS, RESERVED_PARAMETERS } from "./url/reserved.ts";
export { type SignOptions, sealDeliveryUrl, signDeliveryUrl } from "./url/sign.ts";
export { srcset } from "./url/srcset.ts";
export { readV6, type V6Url } from "./url/v6.ts";
export { isVideoPath } from "./url/video-path.ts";
export { addVersion, isContentVersion, readVersion, versionOfBytes, versionOfDigest } from "./version.ts";
export { type HostsOfList, readWarmUpEntry, type WarmUpEntry } from "./warm-up/entry.ts";
export { readUrlList, textOfList } from "./warm-up/list.ts";
export { OWN_WATERMARK, type Watermark, watermarkImages } from "./watermarks.ts";
