import { applyPatch, createTwoFilesPatch, parsePatch, reversePatch, type StructuredPatch } from "diff";
import type { Change } from "./plan.ts";

/** How a patch names a file that is not there. */
const NOWHERE = "/dev/null";

/** Every line has to be there as it was written; only its number may be another. */
const EXACT = { fuzzFactor: 0, autoConvertLineEndings: false };

/** Changes as one unified diff, as `git apply` and `patch -p1` read it. */
export function writePatch(changes: readonly Change[]): string {
  return changes.map(patchOf).join("");
}

/** The diff that takes changes back. */
export function writeUndo(changes: readonly Change[]): string {
  return changes.map(undoOf).join("");
}

function patchOf({ path, before, after }: Change): string {
  return unified([before === undefined ? NOWHERE : `a/${path}`, before], [`b/${path}`, after]);
}

function undoOf({ path, before, after }: Change): string {
  return unified([`a/${path}`, after], [before === undefined ? NOWHERE : `b/${path}`, before]);
}

type Side = readonly [name: string, text: string | undefined];

function unified([from, old = ""]: Side, [to, young = ""]: Side): string {
  const text = createTwoFilesPatch(from, to, old, young, "", "", { context: 3 });
  // The library writes a rule and empty times above each file, which no other tool does.
  return `--- ${from}\n+++ ${to}\n${text.slice(text.indexOf("@@"))}`;
}

/** A file of a patch: what it makes of a text, `undefined` being a file that is not there; false where the text is another. */
export interface FilePatch {
  readonly path: string;
  apply(text: string | undefined): string | undefined | false;
  /** Whether a text is what the patch would make. */
  isApplied(text: string | undefined): boolean;
}

/** Reads a patch; undefined if it is none, or names files outside a theme. */
export function readPatch(text: string): readonly FilePatch[] | undefined {
  try {
    const files = parsePatch(text).map(filePatch);
    return files.every((file) => file !== undefined) && files.length > 0 ? files : undefined;
  } catch {
    return undefined;
  }
}

function filePatch(patch: StructuredPatch): FilePatch | undefined {
  const [from = "", to = ""] = [patch.oldFileName, patch.newFileName];
  const path = (from === NOWHERE ? to : from).replace(/^[ab]\//, "");
  if (
    !/^(?:assets|blocks|layout|sections|snippets|templates)\/(?!.*(?:^|\/)\.\.?(?:\/|$))[^\0\\]+\.liquid$/.test(
      path,
    )
  )
    return undefined;
  const apply: FilePatch["apply"] = (text) => {
    if ((text === undefined) !== (from === NOWHERE)) return false;
    const made = applyPatch(text ?? "", patch, EXACT);
    return made !== false && to === NOWHERE ? (made === "" ? undefined : false) : made;
  };
  const isApplied: FilePatch["isApplied"] = (text) =>
    to === NOWHERE || text === undefined
      ? (to === NOWHERE) === (text === undefined)
      : applyPatch(text, reversePatch(patch), EXACT) !== false;
  return { path, apply, isApplied };
}
