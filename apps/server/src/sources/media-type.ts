const TOKEN = "[a-z0-9][a-z0-9!#$&^_.+-]{0,60}";
const MEDIA_TYPE = new RegExp(`^\\s*(${TOKEN}/${TOKEN})\\s*(?:;|$)`, "i");
const CHARSET = /;\s*charset\s*=\s*"?([a-z0-9][a-z0-9_.:+-]{0,39})"?\s*(?:;|$)/i;

/**
 * What a `Content-Type` says, in one spelling: type and subtype in lower case, and the charset where it names one. Undefined for what
 * is none. Never throws.
 *
 * @example readMediaType('Text/CSS; charset="UTF-8"') // "text/css; charset=utf-8"
 */
export function readMediaType(text: string | undefined): string | undefined {
  const [, essence] = MEDIA_TYPE.exec(text ?? "") ?? [];
  if (text === undefined || essence === undefined) return undefined;
  const [, charset] = CHARSET.exec(text) ?? [];
  return (essence + (charset === undefined ? "" : `; charset=${charset}`)).toLowerCase();
}

/** Type and subtype without parameters. */
export const essenceOf = (mediaType: string): string => mediaType.split(";", 1)[0] ?? "";
