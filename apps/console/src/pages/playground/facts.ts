/** From which tier of a server an answer came; "failed" stands for a placeholder. */
export type Tier =
  | "memory"
  | "disk"
  | "shared"
  | "rendered"
  | "original"
  | "unmodified"
  | "failed"
  | "unknown";

/** What is known of an original, as the server tells it. */
export interface OriginalFacts {
  readonly format: string | undefined;
  readonly bytes: number | undefined;
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly pages: number | undefined;
  readonly alpha: boolean | undefined;
  /** `#rrggbb`. */
  readonly color: string | undefined;
}

/** What an answer says of itself. */
export interface Facts {
  readonly tier: Tier;
  /** What the server needed, in milliseconds. */
  readonly serverMs: number | undefined;
  /** Without "image/": "avif". */
  readonly format: string | undefined;
  /** How long browsers may keep it under its own URL. */
  readonly cacheControl: string | undefined;
  readonly stamp: string | undefined;
  readonly original: OriginalFacts | undefined;
  /** Canonical, of all layers together. */
  readonly transformation: string | undefined;
  /** Names of parameters that were not followed. */
  readonly ignored: readonly string[];
  /** Code of the reason why there is no picture. */
  readonly error: string | undefined;
}

const TIERS: readonly Tier[] = ["memory", "disk", "shared", "rendered", "original", "unmodified"];

/** Reads the head of an answer. Whatever a header holds, nothing is thrown. */
export function readFacts(headers: Pick<Headers, "get">): Facts {
  const text = (name: string) => headers.get(name) ?? undefined;
  const [, from = "", duration] = /^([a-z]+);dur=([\d.]+)/.exec(text("server-timing") ?? "") ?? [];
  const error = text("freshet-error");
  const info = readInfo(text("freshet-info") ?? "");
  return {
    tier: error === undefined ? (TIERS.find((each) => each === from) ?? "unknown") : "failed",
    serverMs: duration === undefined ? undefined : Number(duration),
    format: /^image\/([a-z+]+)/.exec(text("content-type") ?? "")?.[1]?.replace("+xml", ""),
    cacheControl: text("freshet-cache-control") ?? text("cache-control"),
    stamp: text("freshet-stamp"),
    original: info.size === 0 ? undefined : originalIn(info),
    transformation: info.get("transformation"),
    ignored: (text("freshet-remarks") ?? "").split(",").flatMap((name) => name.trim() || []),
    error,
  };
}

function originalIn(info: ReadonlyMap<string, string>): OriginalFacts {
  const number = (name: string) => {
    const value = Number(info.get(name) ?? Number.NaN);
    return Number.isFinite(value) ? value : undefined;
  };
  const alpha = info.get("alpha");
  const color = info.get("color");
  return {
    format: info.get("format"),
    bytes: number("bytes"),
    width: number("width"),
    height: number("height"),
    pages: number("pages"),
    alpha: alpha === undefined ? undefined : alpha === "?1",
    color: color !== undefined && /^#[0-9a-f]{6}$/i.test(color) ? color : undefined,
  };
}

/** The members of a dictionary of RFC 9651, each as its bare text: as much of it as the server writes. */
function readInfo(text: string): ReadonlyMap<string, string> {
  const members = new Map<string, string>();
  const member = /\s*([a-z*][a-z0-9_.*-]*)=("(?:[^"\\]|\\.)*"|:[^:]*:|[^,\s]+)\s*(?:,|$)/y;
  for (let found = member.exec(text); found; found = member.exec(text)) {
    const [, name = "", raw = ""] = found;
    members.set(name, raw.startsWith('"') ? raw.slice(1, -1).replace(/\\(.)/g, "$1") : raw);
  }
  return members;
}

/** Share of the original's bytes that is saved, negative where there are more; undefined where nobody knows. */
export function savingOf(bytes: number, original: number | undefined): number | undefined {
  return original === undefined || original <= 0 ? undefined : 1 - bytes / original;
}
