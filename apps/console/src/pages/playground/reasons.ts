/** Why a placeholder was given, by the code of the answer, and what can be done. Other codes speak for themselves. */
const REASONS: Readonly<Record<string, string>> = {
  ORIGINAL_MISSING: "The origin has no such image. Check the path, and which alias it begins with.",
  ORIGINAL_BLOCKED: "The image was withdrawn in its CMS. It comes back when it is published again.",
  ORIGINAL_NOT_NAMED: "The URL names no image that this project could read.",
  ORIGINAL_NOT_ALLOWED:
    "This project may not fetch from that host. Its settings list the hosts under origins, and its aliases.",
  SIGNATURE_MISSING: "This project delivers signed URLs only.",
  SIGNATURE_WRONG: "The signature is not that of this URL: something was changed after it was signed.",
  URL_EXPIRED: "The time of this URL is over.",
  SIZE_NOT_ALLOWED:
    "An unsigned URL may not ask for this size. The project's settings list the sizes that it may.",
  IMAGE_UNREADABLE: "The original is not an image that Freshet can read.",
  IMAGE_TOO_LARGE: "The original is larger than the limits of this installation allow.",
  FORMAT_NOT_INSTALLED:
    "This format needs a package that is not installed beside this installation's server.",
  PAGE_MISSING: "The document has fewer pages than that.",
  IMAGE_TOO_SLOW: "The original takes longer to decode than the limits of this installation allow.",
  ORIGINAL_TOO_LARGE: "The original has more bytes than the limits of this installation allow.",
  ORIGIN_BROKEN: "The origin answered, but gave no image.",
  ORIGIN_SLOW: "The origin took too long.",
  ORIGIN_DOWN: "The origin failed several times in a row and is left alone for some seconds.",
  SERVER_BUSY: "All render places are taken. Try again in a few seconds.",
  SETTINGS_CHANGED: "The settings of the project changed while the image was made. Try again.",
  URL_TOO_LONG: "The URL is longer than 8192 characters.",
};

export function sentenceOf(code: string): string {
  return (Object.hasOwn(REASONS, code) ? REASONS[code] : undefined) ?? "The server gave no picture.";
}
