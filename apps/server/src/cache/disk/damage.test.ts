import { mkdtemp, readdir, readFile, rm, stat, truncate, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DiskStore } from "../disk-store.ts";

const NAMES = ["aa", "ab", "c0", "c1", "ff"].flatMap((shelf) =>
  ["1", "2"].map((end) => shelf.repeat(9) + end),
);

const name = fc.constantFrom(...NAMES);
const use = fc.oneof(
  { weight: 4, arbitrary: fc.record({ what: fc.constant("put"), name, size: fc.nat(400) }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constant("get"), name }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant("delete"), name }) },
);
const share = fc.double({ min: 0, max: 1, noNaN: true });
/** What may become of a folder while nobody looks after it. */
const misfortune = fc.oneof(
  fc.record({ what: fc.constant("lose the log") }),
  fc.record({ what: fc.constant("cut the log"), share }),
  fc.record({ what: fc.constant("scribble into the log"), share }),
  fc.record({ what: fc.constant("remove"), name }),
  fc.record({ what: fc.constant("tear"), name, share }),
  fc.record({ what: fc.constant("leave over"), name }),
  fc.record({ what: fc.constant("turn back the clock"), name }),
);
const life = fc.record({
  uses: fc.array(use, { maxLength: 25 }),
  isClosed: fc.boolean(),
  misfortunes: fc.array(misfortune, { maxLength: 3 }),
});

interface Step {
  readonly what: string;
  readonly name?: string;
  readonly size?: number;
  readonly share?: number;
}

const pathOf = (folder: string, name: string) => join(folder, name.slice(0, 2), name);

async function sizesIn(folder: string): Promise<readonly number[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(files.map(async (file) => (await stat(join(file.parentPath, file.name))).size));
}

const total = (sizes: readonly number[]) => sizes.reduce((sum, size) => sum + size, 0);

/** Does what the step says to the files; answers the name whose file is whole no longer. */
async function befall(folder: string, { what, name = "", share = 0 }: Step): Promise<string | undefined> {
  const log = `${folder}.index`;
  const file = what.endsWith("log") ? log : pathOf(folder, name);
  const bytes = await readFile(file).catch(() => undefined);
  if (what === "leave over") {
    await writeFile(`${pathOf(folder, name)}.0d0c1`, "half").catch(() => {});
    return undefined;
  }
  if (!bytes) return undefined;
  const at = Math.floor(share * (bytes.length - 1));
  if (what === "lose the log") await rm(log);
  if (what === "cut the log" || what === "tear") await truncate(file, at);
  if (what === "scribble into the log") {
    bytes[at] = (bytes[at] ?? 0) ^ 0xff;
    await writeFile(log, bytes);
  }
  if (what === "turn back the clock") await utimes(file, 0, 4_000_000_000);
  if (what === "remove") await rm(file);
  return what === "tear" || what === "remove" ? name : undefined;
}

const runs = { numRuns: process.env.FRESHET_TEST_SIZE === "full" ? 400 : 40 };

describe("DiskStore, whatever becomes of its files", () => {
  it("has every whole file and no other once it is indexed again", async () => {
    const home = await mkdtemp(join(tmpdir(), "freshet-damage-"));
    let number = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(life, { minLength: 1, maxLength: 3 }), async (lives) => {
        number += 1;
        const folder = join(home, String(number));
        const model = new Map<string, Buffer>();
        let turn = 0;
        for (const { uses, isClosed, misfortunes } of lives) {
          const store = await DiskStore.open(folder, 1e6);
          for (const step of uses as readonly Step[] as readonly Required<Step>[]) {
            if (step.what === "put") {
              turn += 1;
              const bytes = Buffer.alloc(step.size, `${step.name} ${turn}`);
              await store.put(step.name, bytes);
              model.set(step.name, bytes);
            } else if (step.what === "delete") {
              await store.delete(step.name);
              model.delete(step.name);
            } else expect(await store.get(step.name)).toEqual(model.get(step.name));
          }
          if (isClosed) await store.close();
          for (const step of misfortunes) model.delete((await befall(folder, step)) ?? "");
        }
        const store = await DiskStore.open(folder, 1e6);
        await store.indexed;
        for (const each of NAMES) expect(await store.get(each)).toEqual(model.get(each));
        const sizes = await sizesIn(folder);
        expect([store.size, store.bytes]).toEqual([model.size, total(sizes)]);
        await store.close();
      }),
      runs,
    );
    await rm(home, { recursive: true });
  });

  it("stays within its bound at every step and gives nothing but what was kept last", async () => {
    const home = await mkdtemp(join(tmpdir(), "freshet-bound-"));
    let number = 0;
    const most = 900;
    await fc.assert(
      fc.asyncProperty(fc.array(life, { minLength: 1, maxLength: 3 }), async (lives) => {
        number += 1;
        const folder = join(home, String(number));
        const model = new Map<string, Buffer>();
        let turn = 0;
        for (const { uses, isClosed, misfortunes } of lives) {
          const store = await DiskStore.open(folder, most);
          for (const step of uses as readonly Step[] as readonly Required<Step>[]) {
            if (step.what === "put") {
              turn += 1;
              const bytes = Buffer.alloc(step.size, `${step.name} ${turn}`);
              await store.put(step.name, bytes);
              expect(await store.get(step.name)).toEqual(bytes);
              model.set(step.name, bytes);
            } else if (step.what === "delete") {
              await store.delete(step.name);
              model.delete(step.name);
            } else {
              const found = await store.get(step.name);
              if (found) expect(found).toEqual(model.get(step.name));
            }
            expect(total(await sizesIn(folder))).toBeLessThanOrEqual(most);
            expect(store.bytes).toBeLessThanOrEqual(most);
          }
          if (isClosed) await store.close();
          // What is left over is removed when the folder is opened; until then it is in nobody's books.
          for (const step of misfortunes) {
            if (step.what !== "leave over") model.delete((await befall(folder, step)) ?? "");
          }
        }
      }),
      runs,
    );
    await rm(home, { recursive: true });
  });
});
