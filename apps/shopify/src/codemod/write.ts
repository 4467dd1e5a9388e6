import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { type FilePatch, readPatch, writeUndo } from "./patch.ts";
import type { Change } from "./plan.ts";
import { isMissing } from "./theme.ts";

/** Where the way back is kept, inside the theme; Shopify's CLI takes no notice of other folders than a theme's. */
const FOLDER = ".freshet";
const NAME = /^undo-(\d+)\.patch$/;

/** What became of a file when changes were taken back. */
export interface Undone {
  readonly path: string;
  /** "edited": it was changed since, so that its lines are not found any more; it stays. */
  readonly outcome: "restored" | "removed" | "already" | "edited";
}

/**
 * Writes the changes, after the patch that takes them back; answers where that is. Throws before anything is written if that patch would not
 * give back the same bytes.
 */
export function applyChanges(root: string, changes: readonly Change[]): string {
  const undo = writeUndo(changes);
  const back = new Map(readPatch(undo)?.map((file) => [file.path, file]));
  for (const { path, before, after } of changes) {
    if (back.get(path)?.apply(after) !== before) throw new Error(`No undo can be written for ${path}.`);
  }
  const last = undoNumbers(root).at(-1) ?? 0;
  const file = join(root, FOLDER, `undo-${last + 1}.patch`);
  mkdirSync(dirname(file), { recursive: true });
  writeSafely(file, undo);
  for (const { path, after } of changes) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), after);
  }
  return file;
}

/**
 * Takes the last changes back; undefined if there are none. Files that were edited elsewhere keep their edits; the patch stays as long as one
 * of its files could not be restored.
 */
export function undoChanges(
  root: string,
): { readonly file: string; readonly files: readonly Undone[] } | undefined {
  const last = undoNumbers(root).at(-1);
  if (last === undefined) return undefined;
  const file = join(root, FOLDER, `undo-${last}.patch`);
  const patches = readPatch(readFileSync(file, "utf8"));
  if (!patches) throw new Error(`${file} is no patch of ours.`);
  const files = patches.map((patch) => ({ path: patch.path, outcome: undoFile(root, patch) }));
  if (files.every(({ outcome }) => outcome !== "edited")) {
    rmSync(file);
    if (readdirSync(join(root, FOLDER)).length === 0) rmdirSync(join(root, FOLDER));
  }
  return { file, files };
}

function undoFile(root: string, patch: FilePatch): Undone["outcome"] {
  const place = join(root, patch.path);
  const text = readText(place);
  const made = patch.apply(text);
  if (made === false) return patch.isApplied(text) ? "already" : "edited";
  if (made === undefined) rmSync(place);
  else writeFileSync(place, made);
  return made === undefined ? "removed" : "restored";
}

function readText(file: string): string | undefined {
  try {
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(readFileSync(file));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function undoNumbers(root: string): readonly number[] {
  try {
    return readdirSync(join(root, FOLDER))
      .flatMap((name) => NAME.exec(name)?.[1] ?? [])
      .map(Number)
      .toSorted((one, other) => one - other);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** On the disk before anything is changed that it could be needed for. */
function writeSafely(file: string, text: string): void {
  const handle = openSync(file, "wx");
  try {
    writeFileSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
