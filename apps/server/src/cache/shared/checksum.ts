import { hash } from "node:crypto";
import { sha256Of } from "../../s3/client.ts";
import type { ObjectFacts } from "../../s3/outcomes.ts";

/** Metadata of every object: what binds its bytes to its name. */
const CHECKSUM = "freshet-checksum";

/** What an object is written with. */
export interface Written {
  /** Of the bytes. */
  readonly sha256: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The checksum covers the name too: bytes that are whole, but those of another object, are no better than torn ones. */
const bind = (name: string, sha256: string) => hash("sha256", `${name}\n${sha256}`);

/** `digest` is the SHA-256 of the bytes where it is known: an original's name. */
export async function describeBytes(name: string, bytes: Uint8Array, digest?: string): Promise<Written> {
  const sha256 = digest ?? (await sha256Of(bytes));
  return { sha256, metadata: { [CHECKSUM]: bind(name, sha256) } };
}

/** Whether bytes that were read are the ones that were written under the name. */
export async function isTrue(
  name: string,
  isDigest: boolean,
  { bytes, metadata }: Pick<ObjectFacts, "metadata"> & { readonly bytes: Uint8Array },
): Promise<boolean> {
  if (bytes.length === 0) return false;
  const sha256 = await sha256Of(bytes);
  // What is named by its own digest proves itself.
  return isDigest ? sha256 === name : metadata[CHECKSUM] === bind(name, sha256);
}

/**
 * Whether the head of an object looks like one that was written whole; only its bytes can prove it. A variant's size is not
 * compared: another build of the renderer may write a few bytes less.
 */
export function looksTrue({ size, metadata }: ObjectFacts, expected: number | undefined): boolean {
  return CHECKSUM in metadata && (expected === undefined ? size !== 0 : size === expected);
}
