import { spawn, spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * What this machine lacks to make and read videos, as names of Debian packages. Tests that need it skip with these names, and fail with
 * them where `CI` is set.
 */
export function missingFfmpeg(): string[] {
  const isHere = (program: string) => spawnSync(program, ["-version"], { stdio: "ignore" }).status === 0;
  return isHere("ffmpeg") && isHere("ffprobe") ? [] : ["ffmpeg"];
}

/** One film that ffmpeg draws by itself: `pictures` is a source of its filters, `sound` another. */
export interface Film {
  readonly pictures: string;
  readonly sound?: string;
  readonly format?: "mp4" | "mov" | "webm" | "matroska";
  readonly more?: readonly string[];
}

/** Draws a film and gives its bytes. */
export async function drawFilm({ pictures, sound, format = "mp4", more = [] }: Film): Promise<Buffer> {
  const codec =
    format === "webm"
      ? ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8"]
      : ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"];
  return inFolder(async (folder) => {
    const file = join(folder, "film");
    const inputs = [
      "-f",
      "lavfi",
      "-i",
      pictures,
      ...(sound ? ["-f", "lavfi", "-i", sound, "-shortest"] : []),
    ];
    await run("ffmpeg", ["-v", "error", "-y", ...inputs, ...codec, ...more, "-f", format, file]);
    return readFile(file);
  });
}

/** What a video is, by a witness of its own. */
export interface Seen {
  readonly format: string;
  readonly seconds: number;
  readonly streams: readonly {
    readonly codec_name: string;
    readonly codec_type: string;
    readonly width?: number;
    readonly height?: number;
    readonly pix_fmt?: string;
  }[];
}

export async function lookAt(bytes: Uint8Array): Promise<Seen> {
  return inFolder(async (folder) => {
    const file = join(folder, "film");
    await writeFile(file, bytes);
    const text = await run("ffprobe", ["-v", "error", "-show_streams", "-show_format", "-of", "json", file]);
    const { streams, format } = JSON.parse(text);
    return { streams, format: format.format_name, seconds: Number(format.duration) };
  });
}

/** One picture of a video, as PNG. */
export async function pictureOf(bytes: Uint8Array, second: number): Promise<Buffer> {
  return inFolder(async (folder) => {
    const [film, picture] = [join(folder, "film"), join(folder, "picture.png")];
    await writeFile(film, bytes);
    await run("ffmpeg", ["-v", "error", "-y", "-ss", String(second), "-i", film, "-frames:v", "1", picture]);
    return readFile(picture);
  });
}

async function inFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), "freshet-film-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function run(program: string, parameters: readonly string[]): Promise<string> {
  const child = spawn(program, parameters, { stdio: ["ignore", "pipe", "pipe"] });
  const said = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text) => {
    said.out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    said.err += text;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) =>
      code === 0 ? resolve(said.out) : reject(new Error(`${program}: ${said.err}`)),
    );
  });
}
