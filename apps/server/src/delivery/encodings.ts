import { LRUCache } from "lru-cache";
import { acceptedEncodings, type ENCODINGS } from "../console/encoding.ts";

export type Encoding = (typeof ENCODINGS)[number]["name"];

/** Browsers send a handful of headers: reading one again costs a look-up. Longer ones are nobody's. */
const known = new LRUCache<string, Encoding | "none">({ max: 500 });
const LONGEST = 200;

/** The encoding in which a client takes files best; undefined for none. */
export function encodingFor(header: string | undefined): Encoding | undefined {
  if (header === undefined) return undefined;
  const read = known.get(header) ?? acceptedEncodings(header)[0]?.name ?? "none";
  if (header.length <= LONGEST) known.set(header, read);
  return read === "none" ? undefined : read;
}

/** Ends of names of what is compressed by itself: nothing is told apart for it. */
const CLOSED =
  /\.(?:avif|webp|jpe?g|png|gif|jxl|hei[cf]|woff2?|mp[34]|m4[avs]|mpe?g|webm|weba|og[agv]|opus|mov|avi|flv|aac|flac|pdf|zip|gz|br|docx|xlsx|pptx|epub)$/i;

/** Whether a file of this name may be one that is compressed. */
export const mayBeEncoded = (name: string): boolean => !CLOSED.test(name);
