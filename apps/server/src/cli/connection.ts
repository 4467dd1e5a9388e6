import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Call } from "./command.ts";
import { usage } from "./exits.ts";

/** The environment that the commands read; options win over it. What `serve` and the other local ones read is the server's. */
export const CLI_ENVIRONMENT = {
  FRESHET_SERVER: "Address of the server.",
  FRESHET_API_KEY: "The API key.",
  FRESHET_API_KEY_FILE: "File that holds the API key.",
  FRESHET_SALT: "The salt that url sign and url seal use.",
  FRESHET_SALT_FILE: "File that holds the salt.",
} as const;

const USUAL_SERVER = "http://127.0.0.1:8080";

/** Where the server is, without a final slash. */
export function serverOf({ option, io }: Call): string {
  const written = option("server") ?? (io.env.FRESHET_SERVER || USUAL_SERVER);
  const url = URL.parse(written);
  const isGood =
    url !== null &&
    /^https?:$/.test(url.protocol) &&
    url.username + url.password + url.search + url.hash === "";
  if (isGood) return url.href.replace(/\/+$/, "");
  const place = option("server") === undefined ? "FRESHET_SERVER" : "--server";
  throw usage(
    `${place} is no address; write it like ${USUAL_SERVER}, without a name, a password or a query.`,
  );
}

/** The API key; undefined where none is given. Its text is in no message. */
export async function keyOf(call: Call): Promise<string | undefined> {
  const { text, place } = await secretOf(call, "key", "FRESHET_API_KEY");
  if (text !== undefined && !/^[\x21-\x7e]{1,300}$/.test(text)) {
    throw usage(`${place} holds no API key: one line of visible characters.`);
  }
  return text;
}

/** A secret as options give it, else the environment; each of them itself, or the name of a file that holds it. */
export async function secretOf(
  { option, io }: Call,
  name: "key" | "salt",
  variable: "FRESHET_API_KEY" | "FRESHET_SALT",
): Promise<{ readonly text: string | undefined; readonly place: string }> {
  const [inline, path] = [option(name), option(`${name}-file`)];
  const isWritten = inline !== undefined || path !== undefined;
  const places = isWritten ? [`--${name}`, `--${name}-file`] : [variable, `${variable}_FILE`];
  const [text, file] = isWritten ? [inline, path] : [io.env[variable], io.env[`${variable}_FILE`]];
  if (text && file) throw usage(`${places.join(" and ")} are both there; keep one.`);
  if (text) return { text, place: places[0] ?? "" };
  if (!file) return { text: undefined, place: "" };
  try {
    return { text: (await readFile(resolve(io.cwd, file), "utf8")).trim(), place: places[1] ?? "" };
  } catch (error) {
    throw usage(
      `${places[1]} names a file that cannot be read (${String((error as { code?: string }).code)}).`,
    );
  }
}
