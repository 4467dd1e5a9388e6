import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { acceptedEncodings } from "./encoding.ts";

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

/** Names of folders and files that a build makes; nothing that begins with a dot, so nothing above the folder. */
const NAME = /^[A-Za-z0-9_-][A-Za-z0-9_.-]*(\/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*$/;

export interface ConsoleFile {
  readonly type: string;
  readonly bytes: Buffer;
  /** As the header says it; undefined where it is sent as it is. */
  readonly encoding: string | undefined;
}

/** The built file of this name, in the smallest form that is accepted; undefined where there is none, or it is none to send. */
export async function readConsoleFile(
  folder: string,
  name: string,
  accept: string | undefined,
): Promise<ConsoleFile | undefined> {
  const type = TYPES[extname(name)];
  if (type === undefined || !NAME.test(name)) return undefined;
  for (const { name: encoding, ending } of acceptedEncodings(accept)) {
    const bytes = await read(join(folder, name + ending));
    if (bytes) return { type, bytes, encoding };
  }
  const bytes = await read(join(folder, name));
  return bytes && { type, bytes, encoding: undefined };
}

/** The page around everything, with this answer's nonce in it; undefined where the console is not built. */
export async function readConsolePage(folder: string, nonce: string): Promise<string | undefined> {
  const page = await read(join(folder, "index.html"));
  return page?.toString("utf8").replaceAll("FRESHET_NONCE", nonce);
}

/** Read at each request: a console that was built anew is served without a restart, and the system has it in memory. */
async function read(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    const { code = "" } = error as { readonly code?: string };
    if (["ENOENT", "EISDIR", "ENOTDIR", "ENAMETOOLONG"].includes(code)) return undefined;
    throw error;
  }
}
