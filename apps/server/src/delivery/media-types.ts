import { essenceOf } from "../sources/media-type.ts";

/** What files are by the ends of their names. */
const EXTENSIONS: Readonly<Record<string, string>> = {
  ...{ js: "text/javascript", mjs: "text/javascript", cjs: "text/javascript", css: "text/css" },
  ...{ json: "application/json", map: "application/json", webmanifest: "application/manifest+json" },
  ...{ geojson: "application/geo+json", wasm: "application/wasm" },
  ...{ html: "text/html", htm: "text/html", xhtml: "application/xhtml+xml", xml: "text/xml" },
  ...{ txt: "text/plain", md: "text/markdown", csv: "text/csv", ics: "text/calendar", vtt: "text/vtt" },
  ...{ woff: "font/woff", woff2: "font/woff2", ttf: "font/ttf", otf: "font/otf", ttc: "font/collection" },
  ...{ eot: "application/vnd.ms-fontobject" },
  ...{ mp3: "audio/mpeg", m4a: "audio/mp4", aac: "audio/aac", wav: "audio/wav", flac: "audio/flac" },
  ...{ ogg: "audio/ogg", oga: "audio/ogg", opus: "audio/ogg", weba: "audio/webm" },
  ...{ mp4: "video/mp4", m4v: "video/mp4", webm: "video/webm", ogv: "video/ogg", mov: "video/quicktime" },
  ...{ mpg: "video/mpeg", mpeg: "video/mpeg", avi: "video/x-msvideo", flv: "video/x-flv", m4s: "video/mp4" },
  ...{ m3u8: "application/vnd.apple.mpegurl", mpd: "application/dash+xml" },
  ...{ png: "image/png", jpg: "image/jpeg", jpeg: "image/jpeg", gif: "image/gif", webp: "image/webp" },
  ...{ avif: "image/avif", tif: "image/tiff", tiff: "image/tiff", bmp: "image/bmp", jxl: "image/jxl" },
  ...{ ico: "image/x-icon", svg: "image/svg+xml", heic: "image/heic", heif: "image/heif" },
  ...{ pdf: "application/pdf", rtf: "application/rtf", epub: "application/epub+zip" },
  ...{ zip: "application/zip", gz: "application/gzip", glb: "model/gltf-binary", gltf: "model/gltf+json" },
  ...{ doc: "application/msword", xls: "application/vnd.ms-excel", ppt: "application/vnd.ms-powerpoint" },
  docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  pptx: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
};

const BY_EXTENSION: ReadonlyMap<string, string> = new Map(Object.entries(EXTENSIONS));

/** What nobody knows is bytes, which browsers save. */
const BYTES = "application/octet-stream";
/** What servers say that know no better: the name of the file knows more. */
const VAGUE: ReadonlySet<string> = new Set([
  BYTES,
  "binary/octet-stream",
  "application/binary",
  "text/plain",
]);
/** Other names of what the table has. */
const FURTHER: ReadonlySet<string> = new Set([
  ...["application/javascript", "application/x-javascript", "application/ecmascript", "text/ecmascript"],
  ...["application/xml", "text/xsl", "application/font-woff", "application/font-woff2", "font/sfnt"],
  ...[
    "application/x-font-ttf",
    "application/x-font-otf",
    "application/x-font-woff",
    "image/vnd.microsoft.icon",
  ],
]);
const KNOWN: ReadonlySet<string> = new Set([...BY_EXTENSION.values(), ...FURTHER]);
/** Kinds that browsers show, play or draw with, and structured texts. What is made of parts (multipart, message) is none. */
const KINDS = /^(?:image|audio|video|font|model)\/|\+(?:json|xml)$/;

/**
 * `Content-Type` of a file that is delivered as it is: what its origin calls it where that is a kind that is known here, else what the end of
 * its name says, else bytes. `said` is from `readMediaType`, `name` a path.
 *
 * @example mediaTypeOfFile("application/octet-stream", "site.example/a.css") // "text/css; charset=utf-8"
 */
export function mediaTypeOfFile(said: string | undefined, name: string): string {
  const essence = essenceOf(said ?? "");
  const byName = BY_EXTENSION.get(/\.([a-z0-9]{1,11})$/i.exec(name)?.[1]?.toLowerCase() ?? "");
  const isVague = VAGUE.has(essence) && byName !== undefined;
  if (said !== undefined && !isVague && (KNOWN.has(essence) || VAGUE.has(essence) || KINDS.test(essence)))
    return said;
  if (byName === undefined) return BYTES;
  // Who serves texts without saying in which letters means the letters of today.
  return byName.startsWith("text/") ? `${byName}; charset=utf-8` : byName;
}
