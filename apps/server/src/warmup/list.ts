import { readUrlList, textOfList } from "@freshet/core";
import { ServerError } from "../errors.ts";
import { LONGEST_DESCRIPTION, MOST_URLS } from "./bounds.ts";

import { fileOfForm } from "./multipart.ts";

/** A list as it was sent: its entries may be anything. */
export interface SentList {
  readonly entries: readonly unknown[];
  readonly description: string | undefined;
  /** The project that an older client names. */
  readonly token: string | undefined;
}

/**
 * Reads a list in every form that Cloudimage's clients send: `{"data": […]}`, the older `{"warmup": {"uris": […]}}`, a form with a file,
 * or lines of text. Whatever it is labelled as, the bytes decide.
 * @throws ServerError BODY_UNREADABLE, WARMUP_EMPTY or WARMUP_TOO_LARGE.
 */
export async function readList(body: unknown, contentType: string | undefined): Promise<SentList> {
  if (!Buffer.isBuffer(body) || body.length === 0)
    throw new ServerError("BODY_UNREADABLE", 'There is no body; send {"data": [...]}, or a file.');
  const isForm = /^\s*multipart\/form-data\b/i.test(contentType ?? "");
  const text = textOfList(isForm ? await fileOfForm(body, contentType ?? "") : body);
  const isCsv = /^\s*text\/csv\b/i.test(contentType ?? "");
  const list = !isCsv && /^\s*[[{]/.test(text) ? readJson(text) : { ...NOTHING, entries: readUrlList(text) };
  if (list.entries.length === 0) throw new ServerError("WARMUP_EMPTY");
  if (list.entries.length > MOST_URLS)
    throw new ServerError("WARMUP_TOO_LARGE", `This one has ${list.entries.length} URLs.`);
  return list;
}

const NOTHING = { description: undefined, token: undefined };

function readJson(text: string): SentList {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ServerError("BODY_UNREADABLE", "It is not JSON in UTF-8.");
  }
  if (Array.isArray(value)) return { ...NOTHING, entries: value };
  const older = own(value, "warmup");
  const entries = own(value, "data") ?? own(value, "urls") ?? own(older, "uris") ?? own(older, "urls");
  if (!Array.isArray(entries))
    throw new ServerError(
      "BODY_UNREADABLE",
      'Send {"data": ["/sample.li/a.png?w=200", …]}, or {"warmup": {"uris": […]}}.',
    );
  return {
    entries,
    description: textOf(own(older, "desc") ?? own(value, "desc"), "desc", LONGEST_DESCRIPTION),
    token: textOf(own(older, "token"), "token", 200),
  };
}

function textOf(value: unknown, name: string, longest: number): string | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  // Neither engine keeps a NUL in a text.
  if (typeof value === "string") return value.replaceAll("\0", "").toWellFormed().slice(0, longest);
  throw new ServerError("BODY_UNREADABLE", `${name} is a text.`);
}

function own(value: unknown, name: string): unknown {
  const isThere = typeof value === "object" && value !== null && Object.hasOwn(value, name);
  return isThere ? Reflect.get(value, name) : undefined;
}
