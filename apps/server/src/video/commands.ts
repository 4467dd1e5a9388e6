import { LONGEST_CLIP_SECONDS } from "@freshet/core";
import { planVideo } from "@freshet/core/resize";
import { ServerError } from "../errors.ts";
import type { VideoFacts } from "./probe.ts";
import type { Container } from "./sniff.ts";
import type { Tools } from "./tools.ts";
import { type ClipFormat, previewSize, type Work } from "./wish.ts";

/** A file that holds a video, with something behind it. */
export interface VideoFile {
  readonly path: string;
  readonly bytes: number;
  readonly container: Container;
}

/** Whatever a stream says later than its header: no picture of it is larger than 4K, rounded up as encoders do. */
const MOST_PIXELS = 4_096 * 2_400;
/** Pictures a second of a preview, and seconds of it. */
const PREVIEW_RATE = 8;
const PREVIEW_SECONDS = 3;
/** Among the first seconds the first picture that is not black is looked for; beyond, a dark film is a dark film. */
const DARK_SECONDS = 10;
/** Mean brightness of 255 from which on a picture is not black; black itself is 16. */
const DARK = 24;

/**
 * Decoders that may read a video: those of formats that browsers and cameras write. Whatever else a build of ffmpeg can read stays
 * unread, since nobody looks at it as often as at these.
 */
const DECODERS = [
  ...["h264", "hevc", "mpeg4", "mjpeg", "prores", "vp8", "vp9", "libvpx", "libvpx-vp9"],
  ...["av1", "libdav1d", "libaom-av1"],
  ...["aac", "mp3", "mp3float", "opus", "libopus", "vorbis", "libvorbis", "flac", "alac", "ac3", "eac3"],
  ...["pcm_s16le", "pcm_s16be", "pcm_s24le"],
];

/**
 * How a file is read: by the demuxer that its first bytes name and no other, so that no list of files is ever followed; from this file
 * alone, and only as far as the video reaches; by few decoders, in one thread.
 */
function input({ path, bytes, container }: VideoFile, ...seek: readonly string[]): readonly string[] {
  const demuxer = container === "mp4" || container === "mov" ? "mov" : "matroska";
  return [
    ...["-protocol_whitelist", "file,subfile", "-codec_whitelist", DECODERS.join(",")],
    ...["-max_pixels", String(MOST_PIXELS), "-threads", "1", "-f", demuxer, ...seek],
    ...["-i", `subfile,,start,0,end,${bytes},,:${path}`],
  ];
}

const QUIET = ["-hide_banner", "-v", "error"];
const COMMON = ["-nostdin", "-y", ...QUIET];

/** ffprobe decodes a little as well, and by the same rules. */
export const probeCommand = (file: VideoFile, questions: string): readonly string[] => [
  ...[...QUIET, ...input(file), "-show_entries", questions, "-of", "json"],
];

/** One picture as JPEG, upright and in square pixels. `isDarkToo` takes the first one, however dark. */
export function posterCommand(
  file: VideoFile,
  facts: VideoFacts,
  { seconds, isDarkToo }: { readonly seconds: number | undefined; readonly isDarkToo: boolean },
  out: string,
): readonly string[] {
  const seek = seconds === undefined ? ["-t", String(DARK_SECONDS)] : ["-ss", String(within(seconds, facts))];
  const filters = [
    ...(seconds === undefined && !isDarkToo ? SHINING : []),
    scale(facts, facts, "out_color_matrix=bt601:out_range=full"),
    "format=yuvj420p",
  ];
  return [
    ...[...COMMON, ...input(file, ...seek), ...picturesOnly(facts, filters)],
    ...["-frames:v", "1", "-c:v", "mjpeg", "-q:v", "2", "-threads", "1", "-f", "image2", "-update", "1", out],
  ];
}

/** A clip of the first minute. `encoder` is one of `encoderFor`. */
export function clipCommand(
  file: VideoFile,
  facts: VideoFacts,
  { work, format, encoder }: { readonly work: Work; readonly format: ClipFormat; readonly encoder: string },
  out: string,
): readonly string[] {
  const sound = facts.hasSound && !work.isMute;
  return [
    ...[...COMMON, ...input(file, "-t", String(LONGEST_CLIP_SECONDS))],
    ...["-map", `0:${facts.stream}`, ...(sound ? ["-map", "0:a:0"] : []), "-sn", "-dn"],
    ...["-filter_threads", "1", "-vf", boxed(facts, work.resize, "bt709").join(","), "-fps_mode", "vfr"],
    ...["-c:v", encoder, ...qualityOf(encoder, work.q), "-threads", "1"],
    ...["-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709"],
    ...(sound ? ["-c:a", format === "mp4" ? "aac" : "libopus", "-b:a", "112k", "-ac", "2"] : []),
    ...["-map_metadata", "-1", "-map_chapters", "-1", "-progress", "pipe:1", "-nostats"],
    ...(format === "mp4" ? ["-movflags", "+faststart"] : []),
    ...["-f", format, out],
  ];
}

/** A few seconds at a low rate, as an animated WebP that runs for ever. */
export function previewCommand(
  file: VideoFile,
  facts: VideoFacts,
  { work, isDarkToo }: { readonly work: Work; readonly isDarkToo: boolean },
  out: string,
): readonly string[] {
  const { seconds } = work;
  const seek =
    seconds === undefined
      ? ["-t", String(DARK_SECONDS + PREVIEW_SECONDS)]
      : ["-ss", String(within(seconds, facts)), "-t", String(PREVIEW_SECONDS)];
  const filters = [
    ...(seconds === undefined && !isDarkToo ? SHINING : []),
    `fps=${PREVIEW_RATE}`,
    // WebP knows no other.
    ...boxed(facts, previewSize(work.resize), "bt601"),
  ];
  return [
    ...[...COMMON, ...input(file, ...seek), ...picturesOnly(facts, filters)],
    ...["-frames:v", String(PREVIEW_RATE * PREVIEW_SECONDS), "-c:v", "libwebp_anim", "-lossless", "0"],
    ...["-q:v", String(work.q ?? 60), "-compression_level", "3", "-threads", "1", "-loop", "0"],
    ...["-progress", "pipe:1", "-nostats", "-f", "webp", out],
  ];
}

/** Seconds of a video that a clip or a preview will have; undefined where nobody knows. */
export function lengthOf(kind: "clip" | "preview", { seconds }: VideoFacts): number | undefined {
  const most = kind === "clip" ? LONGEST_CLIP_SECONDS : PREVIEW_SECONDS;
  return seconds === undefined ? undefined : Math.min(seconds, most);
}

const ENCODERS: Readonly<Record<ClipFormat | "preview", readonly string[]>> = {
  mp4: ["libx264"],
  webm: ["libvpx-vp9", "libsvtav1"],
  preview: ["libwebp_anim"],
};

/** @throws ServerError VIDEO_UNSUPPORTED where the build has none. */
export function encoderFor(what: ClipFormat | "preview", { encoders, version }: Tools): string {
  const encoder = ENCODERS[what].find((each) => encoders.has(each));
  if (encoder !== undefined) return encoder;
  throw new ServerError(
    "VIDEO_UNSUPPORTED",
    `Its ffmpeg ${version} was built without ${ENCODERS[what].join(" and ")}.`,
  );
}

const SHINING = [
  "signalstats",
  `metadata=mode=select:key=lavfi.signalstats.YAVG:value=${DARK}:function=greater`,
];

const picturesOnly = ({ stream }: VideoFacts, filters: readonly string[]) => [
  ...["-map", `0:${stream}`, "-an", "-sn", "-dn", "-filter_threads", "1", "-vf", filters.join(",")],
];

function scale({ matrix }: VideoFacts, to: { readonly width: number; readonly height: number }, how: string) {
  const from = matrix === undefined ? "" : `in_color_matrix=${matrix}:`;
  return `scale=${to.width}:${to.height}:flags=bicubic:${from}${how}`;
}

/** White where nothing is said, as behind pictures. */
const WHITE = { red: 255, green: 255, blue: 255 };

function boxed(facts: VideoFacts, resize: Work["resize"], matrix: "bt709" | "bt601"): readonly string[] {
  const { bg_color } = resize;
  const { scaled, window, placement, output } = planVideo(resize, facts);
  const isCut = window.width < scaled.width || window.height < scaled.height;
  const isPadded = placement.width < output.width || placement.height < output.height;
  const { red, green, blue } = bg_color === undefined || bg_color === "auto" ? WHITE : bg_color;
  const color = [red, green, blue].map((each) => each.toString(16).padStart(2, "0")).join("");
  return [
    scale(facts, scaled, `out_color_matrix=${matrix}:out_range=tv`),
    ...(isCut ? [`crop=${window.width}:${window.height}:${window.left}:${window.top}`] : []),
    "format=yuv420p",
    ...(isPadded
      ? [`pad=${output.width}:${output.height}:${placement.left}:${placement.top}:color=0x${color}`]
      : []),
    "setsar=1",
  ];
}

/** Not the very end, where there may be no picture any more. */
const within = (seconds: number, { seconds: length }: VideoFacts) =>
  length === undefined ? seconds : Math.max(0, Math.min(seconds, length - 0.2));

/** Each encoder's own scale, from 1 to 100: what is asked for nothing of is about 72. */
function qualityOf(encoder: string, q = 72): readonly string[] {
  if (encoder === "libx264") return ["-preset", "veryfast", "-crf", String(Math.round(48 - 0.35 * q))];
  const crf = ["-crf", String(Math.round(61 - 0.4 * q))];
  if (encoder === "libsvtav1") return ["-preset", "10", ...crf];
  return ["-deadline", "realtime", "-cpu-used", "6", "-b:v", "0", ...crf];
}
