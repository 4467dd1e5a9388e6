import { describe, expect, it } from "vitest";
import { isServerError } from "../errors.ts";
import { createDeparture } from "./departure.ts";
import { createPatience } from "./patience.ts";
import { RenderQueue } from "./render-queue.ts";

const gate = () => {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
};

const settled = () => new Promise((resolve) => setImmediate(resolve));
const codeOf = (outcome: Promise<unknown>) =>
  outcome.then(
    () => undefined,
    (error: unknown) => isServerError(error) && error.code,
  );

describe("RenderQueue", () => {
  it("never runs more than its places and starts the rest in order", async () => {
    const queue = new RenderQueue({ places: 2, maxWaitingCost: 100, maxAgeMs: 5_000 });
    const gates = [gate(), gate(), gate(), gate()];
    const started: number[] = [];
    const runs = gates.map((each, index) =>
      queue.run({ cost: 1 }, async () => {
        started.push(index);
        await each.opened;
      }),
    );
    await settled();
    expect(started).toEqual([0, 1]);
    gates[1]?.open();
    await runs[1];
    await settled();
    expect(started).toEqual([0, 1, 2]);
    for (const each of gates) each.open();
    await Promise.all(runs);
    expect(queue.running).toBe(0);
  });

  it("takes no more memory at once than is allowed, and lets what takes little go first meanwhile", async () => {
    const queue = new RenderQueue({ places: 3, maxWaitingCost: 100, maxAgeMs: 5_000, maxTaken: 100e6 });
    const started: string[] = [];
    const begin = (name: string, taken?: number) => {
      const { open, opened } = gate();
      const ran = queue.run({ cost: 1, taken }, async () => {
        started.push(name);
        await opened;
      });
      return async () => {
        open();
        await ran;
        await settled();
      };
    };
    const end = [begin("large", 50e6), begin("larger", 60e6), begin("smaller", 35e6), begin("little", 9e6)];
    await settled();
    // The third would fit beside the first, but the second waits with it; the fourth does not count.
    expect(started).toEqual(["large", "little"]);
    end.push(begin("none"), begin("more"));
    await settled();
    expect(started).toEqual(["large", "little", "none"]);
    await end[0]?.();
    expect(started).toEqual(["large", "little", "none", "larger"]);
    await end[3]?.();
    expect(started.at(-1)).toBe("smaller");
    for (const each of end) await each();
    expect([started.length, queue.running, queue.waiting]).toEqual([6, 0, 0]);
  });

  it("runs alone what takes more than is allowed, and forgets it when it fails or nobody waits for it any more", async () => {
    const queue = new RenderQueue({ places: 2, maxWaitingCost: 100, maxAgeMs: 5_000, maxTaken: 100e6 });
    const failed = queue.run({ cost: 1, taken: 900e6 }, () => Promise.reject(new Error("unreadable")));
    await expect(failed).rejects.toThrow("unreadable");
    const { open, opened } = gate();
    const first = queue.run({ cost: 1, taken: 900e6 }, () => opened);
    const departure = createDeparture();
    const gone = codeOf(queue.run({ cost: 1, taken: 900e6, departure }, async () => {}));
    const last = queue.run({ cost: 1, taken: 90e6 }, async () => "last");
    await settled();
    departure.end();
    expect(await gone).toBe("CLIENT_GONE");
    open();
    await first;
    expect(await last).toBe("last");
  });

  it("refuses at once what would wait beyond the bound", async () => {
    const queue = new RenderQueue({ places: 1, maxWaitingCost: 10, maxAgeMs: 5_000 });
    const first = gate();
    const running = queue.run({ cost: 1 }, () => first.opened);
    const waiting = queue.run({ cost: 8 }, async () => "waited");
    const error = await queue.run({ cost: 3 }, async () => "never").catch((reason: unknown) => reason);
    expect(isServerError(error) && error.code).toBe("SERVER_BUSY");
    first.open();
    await running;
    expect(await waiting).toBe("waited");
  });

  it("lets one thing wait however dear it is, so that nothing is impossible", async () => {
    const queue = new RenderQueue({ places: 1, maxWaitingCost: 10, maxAgeMs: 5_000 });
    const first = gate();
    const running = queue.run({ cost: 1 }, () => first.opened);
    const dear = queue.run({ cost: 1_000 }, async () => "dear");
    first.open();
    await running;
    expect(await dear).toBe("dear");
  });

  it("gives its place back when the work fails", async () => {
    const queue = new RenderQueue({ places: 1, maxWaitingCost: 10, maxAgeMs: 5_000 });
    await expect(queue.run({ cost: 1 }, () => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
    expect(await queue.run({ cost: 1 }, async () => "next")).toBe("next");
  });

  it("refuses what has waited too long", async () => {
    const queue = new RenderQueue({ places: 1, maxWaitingCost: 10, maxAgeMs: 10 });
    const first = gate();
    const running = queue.run({ cost: 1 }, () => first.opened);
    const error = await queue.run({ cost: 1 }, async () => "late").catch((reason: unknown) => reason);
    expect(isServerError(error) && error.code).toBe("SERVER_BUSY");
    first.open();
    await running;
  });

  it("forgets at once what nobody waits for any more, and never runs it", async () => {
    const queue = new RenderQueue({ places: 1, maxWaitingCost: 100, maxAgeMs: 5_000 });
    const first = gate();
    const running = queue.run({ cost: 1 }, () => first.opened);
    const departure = createDeparture();
    const left = codeOf(queue.run({ cost: 5, departure }, async () => "never"));
    const next = queue.run({ cost: 5 }, async () => "next");
    expect(queue.waiting).toBe(2);
    departure.end();
    expect(await left).toBe("CLIENT_GONE");
    expect([queue.waiting, queue.refusals.abandoned]).toEqual([1, 1]);
    first.open();
    await running;
    expect(await next).toBe("next");
    expect(await codeOf(queue.run({ cost: 1, departure }, async () => "never"))).toBe("CLIENT_GONE");
  });

  it("promises places only while a render would not wait too long, equal ones once, and says when to come back", () => {
    const queue = new RenderQueue({ places: 1, maxWaitingCost: 1_000, maxAgeMs: 1_000 });
    const lane = ["a", "x"] as const;
    const kept = Array.from({ length: 50 }, () => queue.promise(lane, "same"));
    expect(queue.waitingCost).toBeLessThan(10);
    let promised = 0;
    const more = () => {
      for (; promised < 1_000; promised += 1) queue.promise(lane, `other ${promised}`);
    };
    expect(more).toThrow(expect.objectContaining({ code: "SERVER_BUSY", retryAfterSeconds: 1 }));
    expect(promised).toBeLessThan(20);
    for (const each of kept) each.leave();
    expect(queue.promise(lane, "place of the first")).toBeDefined();
    expect(() => queue.promise(lane, "one too many")).toThrow();
  });

  describe("with patience", () => {
    const patient = () => createPatience(new AbortController().signal);

    it("leaves a place free for whoever comes next, and starts behind all who wait", async () => {
      const queue = new RenderQueue({ places: 2, maxWaitingCost: 100, maxAgeMs: 5_000 });
      const started: string[] = [];
      const run = (name: string, patience?: ReturnType<typeof patient>) => {
        const held = gate();
        const done = queue.run({ cost: 1, patience }, async () => {
          started.push(name);
          await held.opened;
        });
        return { ...held, done };
      };
      const warm = [run("warm 1", patient()), run("warm 2", patient())];
      await settled();
      expect(started).toEqual(["warm 1"]);
      const first = run("visitor 1");
      await settled();
      expect(started).toEqual(["warm 1", "visitor 1"]);
      const second = run("visitor 2");
      warm[0]?.open();
      await warm[0]?.done;
      await settled();
      // The place of the first warm-up went to the visitor who waited, and the next waits while one of them runs.
      expect(started).toEqual(["warm 1", "visitor 1", "visitor 2"]);
      first.open();
      await first.done;
      await settled();
      expect(started).toHaveLength(3);
      second.open();
      await second.done;
      await settled();
      expect(started.at(-1)).toBe("warm 2");
      warm[1]?.open();
      await warm[1]?.done;
      expect(queue.running).toBe(0);
    });

    it("is told when somebody waits for its place, and only then", async () => {
      const queue = new RenderQueue({ places: 2, maxWaitingCost: 100, maxAgeMs: 5_000 });
      const late = gate();
      let told = 0;
      const giveWay = () => {
        told += 1;
        late.open();
      };
      const improving = queue.run(
        { cost: 1, patience: createPatience(new AbortController().signal, giveWay) },
        () => late.opened,
      );
      const visitor = gate();
      const first = queue.run({ cost: 1 }, () => visitor.opened);
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect([told, queue.running]).toEqual([0, 2]);
      expect(await queue.run({ cost: 1 }, async () => "second")).toBe("second");
      expect(told).toBe(1);
      visitor.open();
      await Promise.all([first, improving]);
      // What is over has no place to give.
      await Promise.all([1, 2, 3].map((each) => queue.run({ cost: 1 }, async () => each)));
      expect(told).toBe(1);
    });

    it("goes on where there is one place, while nobody is there", async () => {
      const queue = new RenderQueue({ places: 1, maxWaitingCost: 100, maxAgeMs: 5_000 });
      const done = [1, 2, 3].map((each) => queue.run({ cost: 1, patience: patient() }, async () => each));
      expect(await Promise.all(done)).toEqual([1, 2, 3]);
      expect(queue.running).toBe(0);
    });

    it("waits no longer than others once somebody has come for it, and is never refused for its age", async () => {
      const queue = new RenderQueue({ places: 2, maxWaitingCost: 100, maxAgeMs: 20 });
      const visitor = gate();
      const visiting = queue.run({ cost: 1 }, () => visitor.opened);
      const patience = patient();
      let isStarted = false;
      const warming = queue.run({ cost: 1, patience }, async () => {
        isStarted = true;
      });
      await new Promise((resolve) => setTimeout(resolve, 60));
      expect(isStarted).toBe(false);
      patience.end();
      await warming;
      visitor.open();
      await visiting;
      expect(queue.running).toBe(0);
    });

    it("leaves nothing behind when it is not wanted any more", async () => {
      const queue = new RenderQueue({ places: 1, maxWaitingCost: 100, maxAgeMs: 5_000 });
      const visitor = gate();
      const visiting = queue.run({ cost: 1 }, () => visitor.opened);
      const stopping = new AbortController();
      const warming = queue.run({ cost: 1, patience: createPatience(stopping.signal) }, async () => "never");
      stopping.abort(new Error("stopping"));
      await expect(warming).rejects.toThrow("stopping");
      visitor.open();
      await visiting;
      expect(await queue.run({ cost: 1 }, async () => "next")).toBe("next");
      expect(queue.running).toBe(0);
    });
  });
});
