import { describe, expect, it } from "vitest";
import { Breaker } from "./breaker.ts";
import { type Dropped, Uploads } from "./uploads.ts";

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Uploads whose end the test decides by hand. */
function make(bounds: Partial<{ maxBytes: number; maxCount: number; places: number }> = {}) {
  const begun: string[] = [];
  const ends: ((well: boolean) => void)[] = [];
  const dropped: Dropped[] = [];
  const breaker = new Breaker(() => {});
  const uploads = new Uploads({
    ...{ maxBytes: 1_000, maxCount: 100, places: 2, ...bounds },
    breaker,
    store: ({ name }, signal) =>
      new Promise<boolean>((resolve, reject) => {
        begun.push(name);
        ends.push(resolve);
        signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      }),
    onDrop: (reason) => dropped.push(reason),
  });
  const offer = (name: string, bytes = 10) => uploads.offer({ name, bytes: new Uint8Array(bytes) });
  const end = async (well: boolean) => {
    ends.shift()?.(well);
    await turn();
  };
  return { uploads, offer, end, begun, dropped, breaker };
}

describe("Uploads", () => {
  it("runs a few at a time and the rest in order", async () => {
    const { uploads, offer, end, begun } = make();
    for (const name of ["a", "b", "c"]) offer(name);
    expect(begun).toEqual(["a", "b"]);
    await end(true);
    expect(begun).toEqual(["a", "b", "c"]);
    await end(true);
    await end(true);
    expect([uploads.count, uploads.bytes]).toEqual([0, 0]);
  });

  it("is bounded by bytes and by count, those under way included", async () => {
    const byBytes = make({ maxBytes: 25 });
    for (const name of ["a", "b", "c"]) byBytes.offer(name);
    expect(byBytes.dropped).toEqual(["full"]);
    await byBytes.end(true);
    byBytes.offer("c");
    expect(byBytes.begun).toEqual(["a", "b", "c"]);
    const byCount = make({ maxCount: 3, places: 1 });
    for (const name of ["a", "b", "c", "d"]) byCount.offer(name);
    expect(byCount.dropped).toEqual(["full"]);
    expect(byCount.uploads.count).toBe(3);
  });

  it("brings the same bytes once", async () => {
    const { offer, end, begun, dropped } = make({ places: 1 });
    for (const name of ["a", "a", "b", "b"]) offer(name);
    await end(true);
    expect(begun).toEqual(["a", "b"]);
    expect(dropped).toEqual([]);
  });

  it("takes nothing while the store keeps failing, and goes on with what waited", async () => {
    const { uploads, offer, end, begun, dropped, breaker } = make({ places: 1 });
    for (const name of ["a", "b", "c", "d", "e", "f"]) offer(name);
    for (let count = 0; count < 5; count += 1) await end(false);
    expect(breaker.state).toBe("open");
    offer("g");
    expect(dropped).toEqual(["failed", "failed", "failed", "failed", "failed", "paused"]);
    expect(uploads.count).toBe(1);
    await expect.poll(() => begun.at(-1), { timeout: 10_000 }).toBe("f");
    await end(true);
    expect(breaker.state).toBe("closed");
    offer("g");
    expect(begun.at(-1)).toBe("g");
  });

  it("gives up what does not end in time when it is closed", async () => {
    const { uploads, offer, dropped } = make();
    for (const name of ["a", "b", "c"]) offer(name);
    const begun = performance.now();
    await uploads.close(50);
    expect(performance.now() - begun).toBeLessThan(5_000);
    expect(dropped).toEqual(["stopped", "stopped", "stopped"]);
    offer("d");
    expect(uploads.count).toBe(0);
  });

  it("finishes what it has when it is closed", async () => {
    const { uploads, offer, end, dropped, begun } = make({ places: 1 });
    for (const name of ["a", "b"]) offer(name);
    const closed = uploads.close(10_000);
    await end(true);
    await end(true);
    await closed;
    expect(begun).toEqual(["a", "b"]);
    expect(dropped).toEqual([]);
  });
});
