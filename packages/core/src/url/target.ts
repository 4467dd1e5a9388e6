/** A request target in its parts, before anything in it is interpreted. */
export interface Target {
  /** Whether the path began with `/v7/`. */
  readonly v7: boolean;
  /** The path behind `/v7`, as sent, with the slashes it begins with. */
  readonly path: string;
  /** The query as sent, without its `?`. */
  readonly query: string;
}

/** Takes a raw, undecoded request target apart; a fragment, which no client sends, is left away. */
export function readTarget(raw: string): Target {
  const [target = ""] = readBytes(raw).split("#", 1);
  const mark = target.indexOf("?");
  const [path, query] = mark < 0 ? [target, ""] : [target.slice(0, mark), target.slice(mark + 1)];
  const v7 = /^\/*v7\//.test(path);
  return { v7, path: v7 ? path.slice(path.indexOf("v7/") + 2) : path, query };
}

/** Servers hand over a request target byte by byte; bytes that form UTF-8 are meant as text. */
function readBytes(target: string): string {
  if (!/[\u0080-\u00ff]/.test(target) || /[\u0100-\uffff]/.test(target)) return target;
  try {
    const bytes = Uint8Array.from(target, (character) => character.charCodeAt(0));
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return target;
  }
}
