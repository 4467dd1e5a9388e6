import { isVideoSize, RenderError } from "@freshet/core/resize";
import { unreadable } from "./bounded.ts";

/** What is known of a video. Width and height are upright and in square pixels. */
export interface VideoFacts {
  readonly width: number;
  readonly height: number;
  /** Undefined where the file does not say. */
  readonly seconds: number | undefined;
  /** Which of its streams is the picture, and whether there is sound. */
  readonly stream: number;
  readonly hasSound: boolean;
  /** It says by which matrix its colours are made; else its size does, as players take it. */
  readonly matrix: "bt709" | "bt601" | undefined;
}

interface Stream {
  readonly index?: number;
  readonly codec_type?: string;
  readonly width?: number;
  readonly height?: number;
  readonly sample_aspect_ratio?: string;
  readonly color_space?: string;
  readonly duration?: string;
  readonly disposition?: { readonly attached_pic?: number };
  readonly side_data_list?: readonly ({ readonly rotation?: unknown } | null)[];
}

/** What ffprobe is asked to say. */
export const QUESTIONS =
  "stream=index,codec_type,width,height,sample_aspect_ratio,color_space,duration:stream_disposition=attached_pic:stream_side_data=rotation:format=duration";

/** From so many lines on players take colours by the newer matrix. */
const HIGH_DEFINITION = 720;

/**
 * Reads what ffprobe answers.
 * @throws RenderError for what holds no video, or one larger than 4K.
 */
export function readProbe(text: string): VideoFacts {
  const { streams, duration } = parse(text);
  const film = streams.find((each) => each.codec_type === "video" && each.disposition?.attached_pic !== 1);
  const coded = { width: whole(film?.width), height: whole(film?.height) };
  if (!film || film.index === undefined || coded.width === 0 || coded.height === 0) throw unreadable();
  const size = upright(coded, film);
  if (!isVideoSize(coded) || !isVideoSize(size))
    throw new RenderError(
      "IMAGE_TOO_LARGE",
      `The video has ${coded.width} × ${coded.height} pixels, and 4K is the limit. Publish a smaller one.`,
    );
  return {
    ...size,
    seconds: secondsOf(duration) ?? secondsOf(film.duration),
    stream: whole(film.index),
    hasSound: streams.some((each) => each.codec_type === "audio"),
    matrix: matrixOf(film.color_space) ?? (coded.height >= HIGH_DEFINITION ? "bt709" : undefined),
  };
}

/** Of whatever it says, what can be streams. */
function parse(text: string): { readonly streams: readonly Stream[]; readonly duration: unknown } {
  let said: { readonly streams?: unknown; readonly format?: { readonly duration?: unknown } | null } | null;
  try {
    said = JSON.parse(text);
  } catch {
    throw unreadable();
  }
  const streams = Array.isArray(said?.streams) ? said.streams : [];
  return {
    streams: streams.filter((each) => typeof each === "object" && each !== null),
    duration: said?.format?.duration,
  };
}

/** Pixels that are not square are made so by the width, as players do, and a film that lies is turned. */
function upright({ width, height }: { readonly width: number; readonly height: number }, film: Stream) {
  const [, across = "1", down = "1"] = /^(\d{1,6}):(\d{1,6})$/.exec(`${film.sample_aspect_ratio}`) ?? [];
  const ratio = Number(across) > 0 && Number(down) > 0 ? Number(across) / Number(down) : 1;
  const square = { width: Math.max(1, Math.round(width * ratio)), height };
  const sides = Array.isArray(film.side_data_list) ? film.side_data_list : [];
  const turn = Number(sides.find((each) => each?.rotation !== undefined)?.rotation ?? 0);
  const lies = Math.abs(Math.round(turn / 90)) % 2 === 1;
  return lies ? { width: square.height, height: square.width } : square;
}

const whole = (value: unknown) => (Number.isSafeInteger(value) ? Number(value) : 0);

function secondsOf(text: unknown): number | undefined {
  const seconds = typeof text === "string" ? Number(text) : Number.NaN;
  return Number.isFinite(seconds) && seconds > 0 ? seconds : undefined;
}

function matrixOf(space: string | undefined): VideoFacts["matrix"] {
  if (space === "bt709") return "bt709";
  return space === "smpte170m" || space === "bt470bg" ? "bt601" : undefined;
}
