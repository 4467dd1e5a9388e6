import { Kept } from "../../apps/server/dist/cache/wire.js";
import { loadConfig } from "../../apps/server/dist/config.js";
import { DeliveryRequests } from "../../apps/server/dist/delivery/request.js";
import { Shortcuts } from "../../apps/server/dist/delivery/shortcuts.js";
import { createProjects } from "../../apps/server/dist/projects/projects.js";
import type { Options } from "../options.ts";

/** URLs that are asked for in turns: more than a processor's caches hold. */
const URLS = 8_000;
const LOOKS = 400_000;
/** Microseconds from a request's URL and headers to what is kept of its answer, and of one look-up in a Map by the same URLs. */
export interface KeyWork {
  readonly rounds: readonly { readonly shortcut: number; readonly map: number }[];
}

/**
 * The key work of a hit: the look-up by raw URL, the comparison of host, formats and hints, and whether the reading still holds. Each URL is a text of its own,
 * as the parser gives it, whose hash nobody knows yet.
 */
export async function measureKeyWork(options: Pick<Options, "rounds">): Promise<KeyWork> {
  const file = JSON.stringify({
    projects: { bench: { apiKey: "client_0123456789abcdef", aliases: { _a_: "http://origin.example" } } },
  });
  const config = await loadConfig({
    env: { FRESHET_CONFIG: "bench.json" },
    cwd: "/",
    readFile: async () => file,
    isLook: true,
  });
  const [project] = config.projects;
  if (!project) throw new Error("There is a project.");
  const nothing = { head: [], etag: "", body: new Uint8Array(0), contentType: "", ranges: false };
  const kept = new Kept({ ...nothing, project, digests: [], generation: 0 });
  const requests = new DeliveryRequests(createProjects(config.projects));
  const shortcuts = new Shortcuts();
  const headers = { host: "img.example.com", accept: "image/avif,image/webp,image/*,*/*;q=0.8" };
  const urls = Array.from(
    { length: URLS },
    (_, at) => `/v7/_a_/products/${at * 7_919}/front.jpg?w=480&h=320`,
  );
  const map = new Map<string, object>();
  for (const url of urls) {
    requests.read(headers.host, url);
    const reading = requests.peek(headers.host, url);
    if (reading) shortcuts.add(url, headers, reading, { key: url, value: kept });
    map.set(url, {});
  }
  const bytes = urls.map((url) => Buffer.from(url, "latin1"));
  const timed = (look: (url: string) => boolean): number => {
    let spent = 0;
    let found = 0;
    for (let done = 0; done < LOOKS; done += URLS) {
      const asked = bytes.map((each) => each.toString("latin1"));
      const begun = performance.now();
      for (const url of asked) found += look(url) ? 1 : 0;
      spent += performance.now() - begun;
    }
    if (found !== LOOKS) throw new Error(`${LOOKS - found} URLs were not found.`);
    return (spent * 1_000) / LOOKS;
  };
  const byShortcut = (url: string): boolean => {
    const known = shortcuts.find(url, headers);
    return known?.entry.value !== undefined && requests.holds(headers.host, known.reading);
  };
  const byMap = (url: string): boolean => map.get(url) !== undefined;
  // Compiled code.
  timed(byShortcut);
  timed(byMap);
  return {
    rounds: Array.from({ length: options.rounds }, () => ({
      shortcut: timed(byShortcut),
      map: timed(byMap),
    })),
  };
}
