import { dirname, join } from "node:path";
import { ServerError } from "../errors.ts";
import { runBounded } from "./bounded.ts";

/** The programs that read and write videos, as they are on this machine. */
export interface Tools {
  readonly ffmpeg: string;
  readonly ffprobe: string;
  /** As ffmpeg writes it. */
  readonly version: string;
  /** Names of the encoders it has. */
  readonly encoders: ReadonlySet<string>;
}

/** Older ones lack something that is asked of it. */
const OLDEST = [5, 1] as const;
/** After so long a program that was missing is looked for again. */
const AGAIN_MS = 15_000;
const BOUNDS = { cpuMs: 5_000, bytes: 500_000_000 };

/**
 * Finds ffmpeg and, beside it, ffprobe: under the path that is configured, else where the system looks for programs. It is asked once,
 * when the first video comes; one that is missing may be installed while the server runs.
 * @throws ServerError VIDEO_UNSUPPORTED, with what to install.
 */
export function createTools(path: string | undefined, now: () => number = Date.now): () => Promise<Tools> {
  let found: Promise<Tools> | undefined;
  let foundAt = 0;
  return () => {
    if (!found || now() - foundAt > AGAIN_MS) {
      const looking = find(path);
      foundAt = now();
      found = looking;
      looking.then(
        () => {
          foundAt = Number.POSITIVE_INFINITY;
        },
        () => {}, // told to whoever asks
      );
    }
    return found;
  };
}

async function find(path: string | undefined): Promise<Tools> {
  const [ffmpeg, ffprobe] =
    path === undefined ? ["ffmpeg", "ffprobe"] : [path, join(dirname(path), "ffprobe")];
  const ask = (program: string, ...parameters: readonly string[]) =>
    runBounded(program, ["-hide_banner", ...parameters], BOUNDS, { cwd: "/" }).catch(() => {
      throw new ServerError(
        "VIDEO_UNSUPPORTED",
        `It found no ${program} that runs. On Debian: apt-get install ffmpeg; a path is named by video.ffmpeg.`,
      );
    });
  const [about, encoders] = await Promise.all([
    ask(ffmpeg, "-version"),
    ask(ffmpeg, "-v", "error", "-encoders"),
    ask(ffprobe, "-version"),
  ]);
  const version = /^ffmpeg version (\S{1,80})/.exec(about)?.[1] ?? "unknown";
  if (isOlder(version))
    throw new ServerError(
      "VIDEO_UNSUPPORTED",
      `Its ffmpeg is ${version}; ${OLDEST.join(".")} or newer is needed.`,
    );
  const names = [...encoders.matchAll(/^ [VA][\w.]{5} (\S+)/gm)].map(([, name = ""]) => name);
  return { ffmpeg, ffprobe, version, encoders: new Set(names) };
}

/** Builds from a repository have no number, and count as new. */
function isOlder(version: string): boolean {
  const [, major, minor = "0"] = /^n?(\d+)\.(\d+)?/.exec(version) ?? [];
  if (major === undefined) return false;
  return Number(major) < OLDEST[0] || (Number(major) === OLDEST[0] && Number(minor) < OLDEST[1]);
}
