import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { ConfigFault } from "./fault.ts";

// Each gives what was meant, or throws a `ConfigFault` that begins with `where`.

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An object that has none but these keys. */
export function readObject(
  value: unknown,
  where: string,
  keys: readonly string[],
): Readonly<Record<string, unknown>> {
  if (!isRecord(value)) throw new ConfigFault(`${where} is not an object.`);
  const unknown = Object.keys(value).find((key) => !keys.includes(key));
  if (unknown !== undefined)
    throw new ConfigFault(`${where}.${unknown} is unknown. It takes ${keys.join(", ")}.`);
  return value;
}

/** A project's name; `demo` where nothing is said. */
export function readProject(value: unknown, where: string): string {
  if (value === undefined) return "demo";
  if (typeof value === "string" && value !== "") return value;
  throw new ConfigFault(`${where} is no project's name.`);
}

export function readNumber(
  value: unknown,
  where: string,
  range: { readonly usual: number; readonly least: number; readonly most: number },
): number {
  if (value === undefined) return range.usual;
  if (Number.isSafeInteger(value) && (value as number) >= range.least && (value as number) <= range.most)
    return value as number;
  throw new ConfigFault(`${where} is no whole number from ${range.least} to ${range.most}.`);
}

/** A port as the environment writes it. */
export function readPort(text: string, where: string, least: 0 | 1): number {
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port >= least && port <= 65_535) return port;
  throw new ConfigFault(`${where} is "${text}". Write a port number up to 65535.`);
}

/** An address without user, query and fragment; given back without a slash at the end. */
export function readAddress(value: unknown, where: string): string {
  const url = typeof value === "string" ? URL.parse(value) : null;
  if (
    (url?.protocol === "http:" || url?.protocol === "https:") &&
    `${url.username}${url.password}${url.search}${url.hash}` === ""
  )
    return url.href.replace(/\/+$/, "");
  throw new ConfigFault(`${where} is no address like "http://127.0.0.1:8080".`);
}

/** The text of a file that holds a secret; its path counts from `folder`. */
export function readSecretFile(path: unknown, where: string, folder: string): string {
  if (typeof path !== "string" || path === "") throw new ConfigFault(`${where} is no path.`);
  try {
    return readFileSync(resolve(folder, path), "utf8");
  } catch (cause) {
    throw new ConfigFault(`${where} names ${path}, which cannot be read.`, { cause });
  }
}

/** The lines of a secret that is either written out or in a file: several while one takes the other's place. */
export function readSecretLines(
  secret: unknown,
  file: unknown,
  where: string,
  folder: string,
): readonly string[] {
  if ((secret === undefined) === (file === undefined))
    throw new ConfigFault(`${where} is needed, either so or as ${where}File.`);
  const text = secret ?? readSecretFile(file, `${where}File`, folder);
  if (typeof text !== "string") throw new ConfigFault(`${where} is no text.`);
  return linesOf(text);
}

/** Lines that are not empty. */
export function linesOf(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
