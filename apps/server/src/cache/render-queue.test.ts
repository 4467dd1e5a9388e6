import { describe, expect, it } from "vitest";
import { isServerError } from "../errors.ts";
import { RenderQueue } from "./render-queue.ts";

const gate = () => {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
};

describe("RenderQueue", () => {
  it("never runs more than its places and starts the rest in order", async () => {
    const queue = new RenderQueue({ places: 2, maxWaitingCost: 100, maxAgeMs: 5_000 });
    const gates = [gate(), gate(), gate(), gate()];
    const started: number[] = [];
    const runs = gates.map((each, index) =>
      queue.run(1, async () => {
        started.push(index);
        await each.opened;
      }),
    );
    await Promise.resolve();
    expect(started).toEqual([0, 1]);
    gates[1]?.open();
    await runs[1];
    await Promise.resolve();
    expect(started).toEqual([0, 1, 2]);
    for (const each of gates) each.open();
    await Promise.all(runs);
    expect(queue.running).toBe(0);
  });

  it("refuses at once what would wait beyond the bound", async () => {
    const queue = new RenderQueue({ places: 1, maxWaitingCost: 10, maxAgeMs: 5_000 });
    const first = gate();
    const running = queue.run(1, () => first.opened);
    const waiting = queue.run(8, async () => "waited");
    const error = await queue.run(3, async () => "never").catch((reason: unknown) => reason);
    expect(isServerError(error) && error.code).toBe("SERVER_BUSY");
    first.open();
    await running;
    expect(await waiting).toBe("waited");
  });

  it("lets one thing wait however dear it is, so that nothing is impossible", async () => {
    const queue = new RenderQueue({ places: 1, maxWaitingCost: 10, maxAgeMs: 5_000 });
    const first = gate();
    const running = queue.run(1, () => first.opened);
    const dear = queue.run(1_000, async () => "dear");
    first.open();
    await running;
    expect(await dear).toBe("dear");
  });

  it("gives its place back when the work fails", async () => {
    const queue = new RenderQueue({ places: 1, maxWaitingCost: 10, maxAgeMs: 5_000 });
    await expect(queue.run(1, () => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
    expect(await queue.run(1, async () => "next")).toBe("next");
  });

  it("refuses what has waited too long", async () => {
    const queue = new RenderQueue({ places: 1, maxWaitingCost: 10, maxAgeMs: 10 });
    const first = gate();
    const running = queue.run(1, () => first.opened);
    const error = await queue.run(1, async () => "late").catch((reason: unknown) => reason);
    expect(isServerError(error) && error.code).toBe("SERVER_BUSY");
    first.open();
    await running;
  });
});
