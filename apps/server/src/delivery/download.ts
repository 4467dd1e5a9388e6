import type { InputFormat } from "@freshet/core";
import { create } from "content-disposition";

const LONGEST_NAME = 150;
/** Control and direction characters, which make a name look like another, and what file systems give a meaning. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\\/:*?"<>|%]+/gu;
const EXTENSION = /\.[a-z0-9]{1,11}$/i;
/** Ends of names that the bytes may go by, where they are not the format's own. */
const OTHER_ENDS: Partial<Record<InputFormat, readonly string[]>> = { jpeg: ["jpg"], tiff: ["tif"] };

/**
 * `Content-Disposition` for a browser that is to save the answer (RFC 6266 and 8187): under the last part of the original's path, with
 * nothing in it that leads elsewhere or looks like something else. What is a picture in another format gets the end of that one.
 */
export function downloadHeaders(path: string, format: InputFormat | undefined): readonly string[] {
  const name = fileNameOf(path, format);
  return ["Content-Disposition", create(name, { fallback: name.replace(/[^\x20-\x7e]/g, "_") })];
}

/** @example fileNameOf("shop/site.example/red%20hat.jpg", "webp") // "red hat.webp" */
export function fileNameOf(path: string, format: InputFormat | undefined): string {
  const written = decoded(path.split("/").at(-1) ?? "");
  const safe = written
    .toWellFormed()
    .replace(UNSAFE, "_")
    .replace(/^[\s.]+|[\s.]+$/g, "");
  const [end = ""] = EXTENSION.exec(safe) ?? [];
  const stem = [...safe.slice(0, safe.length - end.length)].slice(0, LONGEST_NAME).join("") || "download";
  const ends = format === undefined ? [] : [format, ...(OTHER_ENDS[format] ?? [])];
  const keeps = format === undefined || ends.includes(end.slice(1).toLowerCase());
  return stem + (keeps ? end : `.${ends.at(-1)}`);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
