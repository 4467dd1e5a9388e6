export type {
  ImageFacts,
  RenderErrorCode,
  Rendered,
  RenderLimits,
  RenderOptions,
} from "./contract.ts";
export { estimateCost } from "./cost.ts";
export { CUTOUT_REVISION, type CutoutAsk, makeCutout, pictureFor, takeMask } from "./cutout/make.ts";
export { CUTOUT_MASK } from "./cutout/mask.ts";
export type { CutoutMask, CutoutPicture, CutoutProvider } from "./cutout/provider.ts";
export { RENDERER_VERSION } from "./engine.ts";
export { isRenderError, RenderError } from "./errors.ts";
export { canFindFaces } from "./faces/network.ts";
export {
  type FaceSketch,
  facesOfSketch,
  facesQuestion,
  seeFaces,
  sketchForFaces,
} from "./faces/see.ts";
export { FACES_REVISION, faceWishes, wantsFaces } from "./faces/wishes.ts";
export type { Frames } from "./frames.ts";
export { carriesP3, type Gamut } from "./gamut.ts";
export { IMPROVER_REVISION, type Improved, improve, isImprovable } from "./improve.ts";
export type { Memory } from "./insight.ts";
export { letGo } from "./let-go.ts";
export { checkLimits, checkPage, DEFAULT_LIMITS } from "./limits.ts";
export { estimateMemory, type MemoryEstimate } from "./memory.ts";
export { probe } from "./probe.ts";
export { render } from "./render.ts";
export { sniffFormat } from "./sniff.ts";
export { type Survey, survey } from "./survey.ts";
export { isVideoSize, planVideo } from "./video-plan.ts";
