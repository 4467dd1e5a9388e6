// From a URL to its entry is a part of a hit too small to be told apart from outside: so it is the built classes of the server.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Answers } from "../../apps/server/dist/cache/answers.js";
import { loadConfig } from "../../apps/server/dist/config.js";
import { memoryKeyOf } from "../../apps/server/dist/delivery/deliver.js";
import { DeliveryRequests } from "../../apps/server/dist/delivery/request.js";
import { createProjects } from "../../apps/server/dist/projects/projects.js";
import type { Cell } from "../cell.ts";
import { summarised } from "../statistics.ts";
import { table } from "../table.ts";
import { ACCEPT } from "./load.ts";

const HOST = "127.0.0.1:8080";
const URLS = 1_000;
const LOOKS = 2_000_000;
const QUICK_LOOKS = 400_000;

/** What stands between a request's URL and its entry in memory, on the second and every later request. */
export const keys: Cell = {
  name: "keys",
  group: "hits",
  about: "from the URL of a hit to its entry, of 1,000 in turn",
  async run(_parts, options, progress) {
    const lookUp = await createLookUp();
    const looks = options.quick ? QUICK_LOOKS : LOOKS;
    const urls = Array.from({ length: URLS }, (_, number) => pathOf(number));
    const microseconds: number[] = [];
    for (let round = -1; round < options.rounds; round += 1) {
      if (round >= 0) progress(`keys: round ${round + 1} of ${options.rounds}`);
      const before = process.cpuUsage();
      for (let look = 0; look < looks; look += 1) {
        if (!lookUp(urls[look % URLS] ?? "")) throw new Error("An entry is gone.");
      }
      const { user, system } = process.cpuUsage(before);
      // The first is for the compiler.
      if (round >= 0) microseconds.push((user + system) / looks);
    }
    const G25 = summarised(microseconds);
    return {
      figures: microseconds,
      tables: [
        table("From the URL of a hit to its entry, 1,000 URLs in turn", [
          ["", "CPU µs"],
          ["freshet", G25.median.toFixed(2)],
        ]),
      ],
      measured: { G25 },
    };
  },
};

const pathOf = (number: number) =>
  `/v7/http://127.0.0.1:9000/media/folder/${number}.jpg?w=800&force_format=webp&q=80`;

/** The steps of the hot path from request to entry: the reading of the URL, the key of its answer, the answer. */
async function createLookUp(): Promise<(url: string) => boolean> {
  const requests = new DeliveryRequests(createProjects(await projects()));
  const answers = new Answers(100_000_000);
  for (let number = 0; number < URLS; number += 1) {
    const { project } = requests.read(HOST, pathOf(number));
    const answer = { head: [], etag: '"e"', body: new Uint8Array(100), contentType: "image/webp" };
    const more = { ranges: true, project, digests: [], generation: 0 };
    answers.set(memoryKeyOf(HOST, pathOf(number), ACCEPT), { ...answer, ...more });
  }
  return (url) =>
    requests.peek(HOST, url) !== undefined && answers.get(memoryKeyOf(HOST, url, ACCEPT)) !== undefined;
}

async function projects() {
  const folder = await mkdtemp(join(tmpdir(), "freshet-keys-"));
  try {
    const file = join(folder, "freshet.config.json");
    const bench = {
      apiKey: "client_0123456789abcdef",
      origins: { allow: ["127.0.0.1"], allowPrivate: true },
    };
    await writeFile(file, JSON.stringify({ projects: { bench } }));
    return (await loadConfig({ env: {}, cwd: folder })).projects;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
