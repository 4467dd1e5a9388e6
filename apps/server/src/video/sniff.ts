/** What holds the streams of a video that is read. */
export const CONTAINERS = ["mp4", "mov", "webm", "mkv"] as const;
export type Container = (typeof CONTAINERS)[number];

export const VIDEO_TYPES: Readonly<Record<Container, string>> = {
  mp4: "video/mp4",
  mov: "video/quicktime",
  webm: "video/webm",
  mkv: "video/x-matroska",
};

/** Major brands of ISO base media files that hold a film; those of pictures begin the same way. */
const BRANDS =
  /^(?:iso[\dm]|mp4[12]|mp71|avc1|hvc1|dash|cmf[cfsl]|M4V |M4VH|M4VP|F4V |MSNV|NDS[CHMPSX]|3gp\w|3g2\w)$/;
const EBML = "\x1a\x45\xdf\xa3";
const HEAD_BYTES = 256;

/** Tells by its first bytes what holds a video, whatever a name or header claims; undefined for everything else, lists of files among it. */
export function sniffVideo(bytes: Uint8Array): Container | undefined {
  const head = String.fromCharCode(...bytes.subarray(0, HEAD_BYTES));
  if (head.startsWith("ftyp", 4)) {
    const brand = head.slice(8, 12);
    if (brand === "qt  ") return "mov";
    return BRANDS.test(brand) ? "mp4" : undefined;
  }
  if (!head.startsWith(EBML)) return undefined;
  // The name of the document's type stands among the first elements.
  const [, type] = /\x42\x82[\x80-\xff](webm|matroska)/.exec(head) ?? [];
  if (type === undefined) return undefined;
  return type === "webm" ? "webm" : "mkv";
}
