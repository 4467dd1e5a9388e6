/** Repairs what proxies and templates do to a scheme: `http:/host`, `HTTP:///host` and `http%3A//host` are `http://host`. */
export function repairScheme(original: string): string {
  return original.replace(/^(https?)(?::|%3a)\/+/i, (_, scheme: string) => `${scheme.toLowerCase()}://`);
}

export function withoutLeadingSlashes(path: string): string {
  return path.replace(/^\/+/, "");
}

/** Whether the first segment decodes to an absolute URL: some clients encode and forget to say so. */
export function beginsWithEncodedUrl(path: string): boolean {
  return /^https?%3a%2f/i.test(path);
}
