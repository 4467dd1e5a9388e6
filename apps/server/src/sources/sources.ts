import { createFolderSource } from "./folder.ts";
import { createHttpSource, type HttpSourceOptions } from "./http.ts";
import type { Source } from "./source.ts";

/** Reads every kind of location. `close` lets go of kept connections and fails the fetches that are still running. */
export function createSources(options: {
  readonly dataFolder: string;
  readonly http?: HttpSourceOptions;
}): Source & { close(): Promise<void> } {
  const http = createHttpSource(options.http);
  const folder = createFolderSource(options.dataFolder);
  return {
    fetch: (location, request, signal) =>
      (location.kind === "http" ? http : folder).fetch(location, request, signal),
    close: http.close,
  };
}
