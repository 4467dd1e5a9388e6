import type { FetchTook } from "../cache/originals.ts";
import type { Original } from "../projects/originals.ts";
import { originOf } from "../sources/reports.ts";
import type { Fetched, Location } from "../sources/source.ts";
import type { FetchEvent } from "./events.ts";

/** What is told of a fetch; undefined where nobody was asked: the project's list or a breaker stood in front of the origin. */
export function fetchEvent(original: Original, fetched: Fetched, took: FetchTook): FetchEvent | undefined {
  if (fetched.kind === "refused" && !fetched.isDenied) {
    if (fetched.code === "ORIGINAL_NOT_ALLOWED" || fetched.code === "ORIGIN_DOWN") return undefined;
  }
  const { location, project } = original;
  return {
    ...{ project: project.name, url: addressIn(location) },
    origin: originOf(location).replace(/^https?:\/\//, ""),
    ...{ status: statusOf(fetched), code: codeOf(fetched), ...took },
    bytes: bytesOf(fetched),
  };
}

function bytesOf(fetched: Fetched): number {
  if (fetched.kind === "spooled") return fetched.spooled.size;
  return fetched.kind === "found" ? fetched.bytes.length : 0;
}

/** Without its query, which may carry what only the origin should see. */
function addressIn(location: Location): string {
  if (location.kind === "http") {
    const url = URL.parse(location.urls[0] ?? "");
    return url ? url.origin + url.pathname : "";
  }
  const origin = originOf(location);
  if (location.kind === "folder") return `${origin}/${location.path}`;
  if (location.kind === "files") return `${origin}/${location.file}`;
  return `${origin}/${location.kind === "bucket" ? location.key : location.id}`;
}

function statusOf(fetched: Fetched): number | undefined {
  if (fetched.kind === "found" || fetched.kind === "spooled") return 200;
  if (fetched.kind === "unchanged") return 304;
  return fetched.kind === "missing" ? fetched.status : undefined;
}

function codeOf(fetched: Fetched): string | undefined {
  if (fetched.kind === "missing") return "ORIGINAL_MISSING";
  return fetched.kind === "refused" ? fetched.code : undefined;
}
