import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInvalidationClient } from "@freshet/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findProgram, missingPart } from "../support/find.ts";
import { type Freshet, startFreshet } from "../support/freshet.ts";

const KEY = "client_0123456789abcdef";
const strace = findProgram("strace");
const missing = missingPart("strace", strace !== undefined, "apt-get install strace");
const TRACE = join(import.meta.dirname, `../../.cache/fsync-${process.pid}.trace`);

describe.skipIf(missing !== undefined)(`an accepted invalidation${missing ? ` (${missing})` : ""}`, () => {
  let freshet: Freshet;
  beforeAll(async () => {
    freshet = await startFreshet({
      config: { projects: { demo: { apiKey: KEY } } },
      // -D keeps the server our own child, so that signals reach it and not the tracer.
      launcher: [strace ?? "", "-D", "-f", "-qq", "-e", "trace=fsync,fdatasync", "-o", TRACE],
    });
  });
  afterAll(() => freshet?.stop());

  const syncs = async () =>
    (await readFile(TRACE, "utf8")).split("\n").filter((line) => /f(data)?sync\(/.test(line)).length;

  it("is on the disk before the caller is answered", async () => {
    const client = createInvalidationClient({ endpoint: freshet.url, apiKey: KEY });
    for (let number = 0; number < 10; number += 1) {
      const before = await syncs();
      const { invalidation } = await client.invalidate({
        scope: "original",
        urls: [`/h.example/${number}.jpg`],
      });
      expect(await syncs()).toBeGreaterThan(before);
      // Nothing else writes while the next one is measured.
      await client.waitUntilDone(invalidation.uuid, { timeoutMs: 20_000 });
    }
  });
});
