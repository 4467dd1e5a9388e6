import { type Dirent, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Folders of a theme whose Liquid Shopify renders. */
const FOLDERS = ["assets", "blocks", "layout", "sections", "snippets", "templates"];

/** Shopify takes no theme file larger than this, in bytes. */
const LARGEST_FILE = 1_000_000;

/** A Liquid file of a theme; `text` is undefined where `fault` says why it cannot be read. */
export interface ThemeFile {
  /** Inside the theme, with slashes. */
  readonly path: string;
  readonly text: string | undefined;
  readonly fault?: "FILE_NOT_UTF8" | "FILE_TOO_LARGE";
}

/** Whether a folder is a theme's. */
export function isTheme(root: string): boolean {
  return entriesOf(root).some(
    (entry) => entry.isDirectory() && ["layout", "sections", "templates"].includes(entry.name),
  );
}

/** All Liquid files of a theme, ordered by path. Links are not followed. */
export function readTheme(root: string): readonly ThemeFile[] {
  return FOLDERS.flatMap((folder) => filesBelow(root, folder))
    .filter((path) => path.endsWith(".liquid"))
    .toSorted()
    .map((path) => readThemeFile(root, path));
}

function readThemeFile(root: string, path: string): ThemeFile {
  const bytes = readFileSync(join(root, path));
  if (bytes.length > LARGEST_FILE) return { path, text: undefined, fault: "FILE_TOO_LARGE" };
  try {
    // A byte order mark is kept: what is written back has to be the same bytes.
    return { path, text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { path, text: undefined, fault: "FILE_NOT_UTF8" };
  }
}

function filesBelow(root: string, folder: string): readonly string[] {
  return entriesOf(join(root, folder)).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? filesBelow(root, path) : entry.isFile() ? [path] : [];
  });
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** Whether an error of the file system says that there is no such file or folder. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}
