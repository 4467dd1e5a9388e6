/** How a file may lie in the folder besides as it is, best first: name in HTTP and ending of the file. */
export const ENCODINGS = [
  { name: "br", ending: ".br" },
  { name: "gzip", ending: ".gz" },
] as const;

/** The encodings that `Accept-Encoding` allows (RFC 9110, 12.5.3), best first; what is not among them is sent as it is. */
export function acceptedEncodings(header: string | undefined): readonly (typeof ENCODINGS)[number][] {
  const weights = new Map(
    (header ?? "").split(",").map((each) => {
      const [name = "", ...parameters] = each.split(";").map((part) => part.trim().toLowerCase());
      const q = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2);
      return [name, q === undefined ? 1 : Number(q)] as const;
    }),
  );
  return ENCODINGS.filter(({ name }) => (weights.get(name) ?? weights.get("*") ?? 0) > 0);
}
