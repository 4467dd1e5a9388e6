import type { Secret } from "../secrets/secret.ts";

/** Who asked, as far as an origin may be told. */
export interface Visitor {
  /** Lower-case `Host` of the request. */
  readonly host: string | undefined;
  /** The address that is connected to this server: a node's where one is in front. */
  readonly address: string | undefined;
}

const TEMPLATE = /\{\{\s*([^{}]*?)\s*\}\}/g;

/** Which templates a header's value holds. */
export function templatesOf(value: string): {
  readonly host: boolean;
  readonly address: boolean;
  readonly unknown: readonly string[];
} {
  const names = [...value.matchAll(TEMPLATE)].map(([, name = ""]) => name);
  return {
    host: names.includes("header.host"),
    address: names.includes("req.ip"),
    unknown: names.filter((name) => name !== "header.host" && name !== "req.ip").map((name) => `{{${name}}}`),
  };
}

/** Headers for one visitor, and what makes them different from those of another. */
export interface OriginHeaders {
  readonly headers: Readonly<Record<string, string>>;
  /** Empty where everybody's are the same; else part of the record's key. */
  readonly variation: string;
  /** They tell the visitor's address: the answer is his alone. */
  readonly isForOne: boolean;
}

/**
 * Fills in the headers of a project. A host that the project does not list counts as its first one, so that nobody makes up hosts
 * to ask an origin about.
 */
export function headersFor(
  headers: readonly { readonly name: string; readonly value: Secret }[],
  hosts: readonly string[],
  visitor: Visitor,
): OriginHeaders {
  const host = hosts.find((each) => each === visitor.host) ?? hosts[0] ?? "";
  const address = visitor.address?.replace(/^::ffff:(?=\d+\.)/i, "") ?? "";
  const uses = headers.map(({ value }) => templatesOf(value.reveal()));
  const usesHost = uses.some((each) => each.host);
  const usesAddress = uses.some((each) => each.address);
  return {
    headers: Object.fromEntries(
      headers
        .map(({ name, value }) => [
          name,
          value.reveal().replace(TEMPLATE, (_, template) => (template === "req.ip" ? address : host)),
        ])
        // Nobody asked: an origin that is read again for the journal is told of no address.
        .filter(([, value]) => value !== ""),
    ),
    // Names are percent-encoded, so that nothing else holds a space.
    variation: `${usesHost ? ` host=${host}` : ""}${usesAddress ? ` ip=${address}` : ""}`,
    isForOne: usesAddress,
  };
}
