import { bucketName } from "@freshet/core";
import { broken, tooLarge } from "./refusal.ts";
import type { Source } from "./source.ts";

/** The pictures that were uploaded for a project. */
export interface FilesPlace {
  readonly kind: "files";
}

/** What the names of their originals begin with; the project's own name stands in front of it. */
export const NAME_OF_FILES = bucketName("files", "own", "project");

/** Reads a file of a project; undefined where there is none. Rejects while the store is away. */
export type ReadFile = (
  project: string,
  file: string,
) => Promise<{ readonly digest: string; readonly bytes: Uint8Array; readonly format: string } | undefined>;

/** Reads uploaded files. Their digest is their validator: the same bytes are not read twice. */
export function createFilesSource(readFile: ReadFile): Source {
  return {
    async fetch(location, { policy, validators, fresh }, signal) {
      if (location.kind !== "files") throw new TypeError("The files source reads only uploaded files.");
      signal.throwIfAborted();
      try {
        const found = await readFile(location.project, location.file);
        if (!found) return { kind: "missing", status: 404 };
        const current = { etag: `"${found.digest}"` };
        if (!fresh && validators?.etag === current.etag) return { kind: "unchanged", validators: current };
        if (found.bytes.length > policy.maxBytes) return tooLarge(policy.maxBytes);
        const contentType = `image/${found.format === "svg" ? "svg+xml" : found.format}`;
        return { kind: "found", bytes: found.bytes, contentType, validators: current, age: 0 };
      } catch (error) {
        signal.throwIfAborted();
        return broken(`The store does not give it (${String(error)}).`);
      }
    },
  };
}
