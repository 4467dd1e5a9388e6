import type { Breakers } from "./breakers.ts";
import { createBucketSource } from "./bucket.ts";
import { createContentfulSource } from "./contentful.ts";
import { createFilesSource, type ReadFile } from "./files.ts";
import { createFolderSource } from "./folder.ts";
import { createHttpReader, type HttpSourceOptions, httpSourceOf } from "./http.ts";
import { createReports } from "./reports.ts";
import type { Location, Source, SourcePolicy } from "./source.ts";

export interface Sources extends Source {
  /** Origins that are left alone. */
  readonly breakers: Breakers;
  /** Whether its origin is left alone: who asks is refused at once, but for one who sees after each rest whether it is back. */
  isDown(location: Location, policy: Pick<SourcePolicy, "owner">): boolean;
  /** Lets go of kept connections and fails the fetches that are still running. */
  close(): Promise<void>;
}

/** Reads every kind of location. */
export function createSources(options: {
  readonly dataFolder: string;
  /** Reads what was uploaded; absent: nothing was. */
  readonly readFile?: ReadFile;
  readonly http?: HttpSourceOptions;
  /** Told why originals cannot be had. */
  readonly log?: (event: string, details: object) => void;
}): Sources {
  const reader = createHttpReader(options.http);
  const report = createReports(options.log ?? (() => {}));
  const byKind: Readonly<Record<Location["kind"], Source>> = {
    http: httpSourceOf(reader),
    folder: createFolderSource(options.dataFolder),
    bucket: createBucketSource(reader),
    contentful: createContentfulSource(reader),
    files: createFilesSource(options.readFile ?? (async () => undefined)),
  };
  return {
    async fetch(location, request, signal) {
      const fetched = await byKind[location.kind].fetch(location, request, signal);
      if (fetched.kind === "refused") report(location, fetched);
      return fetched;
    },
    isDown(location, { owner = "" }) {
      if (location.kind !== "http") return false;
      const origins = location.urls.map((url) => URL.parse(url)?.origin ?? "");
      return origins.every((origin) => reader.breakers.isResting(owner, origin));
    },
    breakers: reader.breakers,
    close: reader.close,
  };
}
