/** Writes, replaces, reads and removes under a few names until it is killed. Started by crash.test.ts. */
import { DiskStore } from "../disk-store.ts";

const [folder = "", most = "0", seed = "0"] = process.argv.slice(2);
const store = await DiskStore.open(folder, Number(most));
let state = Number(seed) + 1;
const random = (below: number): number => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
};

const worker = async (): Promise<never> => {
  for (;;) {
    const name = random(60).toString(16).padStart(2, "0").repeat(8);
    const what = random(10);
    if (what === 0) await store.delete(name);
    else if (what < 4) await store.get(name);
    else await store.put(name, Buffer.alloc(100 + random(3_000), name));
  }
};
process.send?.("ready");
await Promise.all(Array.from({ length: 6 }, worker));
