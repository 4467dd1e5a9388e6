/** Where a bucket is and by whom it is spoken to. */
export interface S3Settings {
  /** Scheme, host and port, such as `https://s3.eu-central-1.amazonaws.com`. */
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  /** "path": the bucket is the first step of the path; "host": the first label of the host. */
  readonly addressing: "path" | "host";
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const LONGEST_KEY = 1_024;

/**
 * The URL of an object, or of the bucket for the key "". Undefined for a key that no URL can name: too long, not Unicode, or with
 * "." or ".." as a step, which every client on the way would resolve.
 */
export function urlOf(
  settings: Pick<S3Settings, "endpoint" | "bucket" | "addressing">,
  key: string,
  query: Readonly<Record<string, string>> = {},
): URL | undefined {
  if (!key.isWellFormed() || Buffer.byteLength(key) > LONGEST_KEY) return undefined;
  const steps = key.split("/");
  if (steps.some((step) => step === "." || step === "..")) return undefined;
  const url = new URL(settings.endpoint);
  const path = `/${steps.map(encode).join("/")}`;
  if (settings.addressing === "host") url.host = `${settings.bucket}.${url.host}`;
  url.pathname = settings.addressing === "host" ? path : `/${settings.bucket}${path}`;
  url.search = Object.entries(query)
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .join("&");
  return url;
}

/** Percent-encodes everything but RFC 3986's unreserved characters, as the signature wants it. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
