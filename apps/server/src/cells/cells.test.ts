import { DEFAULT_LIMITS, isRenderError } from "@freshet/core/resize";
import sharp from "sharp";
import { afterEach, expect, test } from "vitest";
import { createDeparture } from "../cache/departure.ts";
import { createPatience } from "../cache/patience.ts";
import { isServerError } from "../errors.ts";
import { type Allowance, EMPTY_CELL } from "./cell.ts";
import { type CellBounds, Cells } from "./cells.ts";
import { JOBS, type JobInput } from "./jobs.ts";
import { usageOf } from "./usage.ts";

const NS = 'xmlns="http://www.w3.org/2000/svg"';
const drawing = (inside: string, side = 2_000) =>
  Buffer.from(`<svg ${NS} width="${side}" height="${side}">${inside}</svg>`);
const filtered = (inside: string) =>
  drawing(`<filter id="f">${inside}</filter><rect width="2000" height="2000" filter="url(#f)"/>`);

const PLAIN = drawing('<circle r="9" cx="9" cy="9" fill="#c33"/>', 18);
/** Hours of work in a few bytes. */
const ENDLESS = filtered('<feTurbulence baseFrequency=".05" numOctaves="100000"/>');
/** A gigabyte of canvases. */
const GREEDY = filtered(
  Array.from({ length: 70 }, (_, at) => `<feOffset dx="1" result="r${at}"/>`).join("") +
    `<feMerge>${Array.from({ length: 70 }, (_, at) => `<feMergeNode in="r${at}"/>`).join("")}</feMerge>`,
);

const ENOUGH: Allowance = { bytes: 400e6, cpuMs: 5_000, isQuick: false };
const asPng = (original: Uint8Array): JobInput<"render"> => ({
  original,
  transformation: {},
  format: "png",
  seen: [],
});

const GREY = { width: 8, height: 8, channels: 3, background: "#888" } as const;

let cells: Cells | undefined;
const open = (bounds: Partial<CellBounds> = {}) => {
  cells = new Cells({ places: 2, bytes: 800e6, maxAgeMs: 60_000, maxWaiting: 100, ...bounds });
  return cells;
};
afterEach(() => cells?.close());

const renderIn = (pool: Cells, original: Uint8Array, allowance: Allowance = ENOUGH) =>
  pool.enter(allowance, (run) => run("render", asPng(original)));
const codeOf = async (outcome: Promise<unknown>) => {
  const error = await outcome.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return isRenderError(error) || isServerError(error) ? error.code : error;
};
const isAlive = (pid: number) => usageOf(pid) !== undefined;

test("what has loaded a finder of faces is kept where it may keep so much, and found by the next job", async () => {
  const find = (pool: Cells) =>
    pool.enter(ENOUGH, (run) => run("faces", { original: PLAIN, limits: DEFAULT_LIMITS }));
  const finders = open({ keptBytes: 170e6 });
  expect(await find(finders)).toEqual([]);
  const [pid] = finders.pids;
  const sketch = await finders.enter(ENOUGH, (run) =>
    run("sketch", { original: PLAIN, limits: DEFAULT_LIMITS }),
  );
  expect([sketch.width, sketch.height]).toEqual([256, 256]);
  expect(await finders.enter(ENOUGH, (run) => run("faces", { sketch }))).toEqual([]);
  expect(finders.pids).toEqual([pid]);
  finders.close();
  const others = open();
  await find(others);
  expect(others.pids).toEqual([]);
});

test("what a process was left with counts where all together may hold no more, and is nobody's where they may", async () => {
  const find = (pool: Cells, bytes: number) =>
    pool.enter({ ...ENOUGH, bytes }, (run) => run("faces", { original: PLAIN, limits: DEFAULT_LIMITS }));
  // What finds faces stays, and is more than this pool means to keep.
  const pool = open({ bytes: 400e6, keptBytes: 80e6 });
  await find(pool, 300e6);
  const [pid = 0] = pool.pids;
  expect(usageOf(pid)?.residentBytes).toBeGreaterThan(EMPTY_CELL + 80e6 + 4e6);
  await find(pool, 300e6);
  expect(pool.pids).toEqual([pid]);
  await find(pool, 400e6);
  expect(pool.pids).not.toContain(pid);
  await expect.poll(() => isAlive(pid)).toBe(false);
});

test("a job gives the same bytes as here, and one process does one after the other", async () => {
  const pool = open();
  const here = await JOBS.render(asPng(PLAIN));
  expect(pool.pids).toEqual([]);
  const there = await renderIn(pool, PLAIN);
  expect(Buffer.compare(there.rendered.bytes, here.rendered.bytes)).toBe(0);
  const [pid] = pool.pids;
  await renderIn(pool, PLAIN);
  expect(pool.pids).toEqual([pid]);
});

test("what a job refuses is refused with the same code and sentence", async () => {
  const broken = Buffer.from(`<svg ${NS} width="9" height="9"><rect`);
  const here = JOBS.render(asPng(broken)).catch((error: unknown) => error);
  const there = await renderIn(open(), broken).catch((error: unknown) => error);
  expect(there).toMatchObject({ code: "IMAGE_UNREADABLE", message: ((await here) as Error).message });
});

test("a job without an end is killed when its time is used up, and the next one is done", async () => {
  const pool = open();
  await renderIn(pool, PLAIN);
  const pids = pool.pids;
  expect(await codeOf(renderIn(pool, ENDLESS, { ...ENOUGH, cpuMs: 400 }))).toBe("IMAGE_TOO_SLOW");
  await expect.poll(() => pids.some(isAlive)).toBe(false);
  expect((await renderIn(pool, PLAIN)).rendered.width).toBe(18);
});

test("a job that takes more memory than it may is killed", async () => {
  expect(await codeOf(renderIn(open(), GREEDY, { ...ENOUGH, bytes: 220e6 }))).toBe("IMAGE_TOO_LARGE");
});

test("what earlier jobs left in a process is not taken for what a job needs", async () => {
  const pool = open();
  const large = drawing('<circle r="900" cx="900" cy="900" fill="#c33"/>');
  await renderIn(pool, large);
  const [pid] = pool.pids;
  const small = drawing(
    '<filter id="f"><feTurbulence baseFrequency=".05" numOctaves="200"/></filter><rect width="99" height="99" filter="url(#f)"/>',
    99,
  );
  const { rendered } = await renderIn(pool, small, { ...ENOUGH, bytes: EMPTY_CELL + 20e6 });
  expect(rendered.width).toBe(99);
  expect(pool.pids).toEqual([pid]);
});

test("bytes that a process is sent are none of what a job may take, and count for all together", async () => {
  const [small, much] = [await sharp({ create: GREY }).jpeg().toBuffer(), Buffer.alloc(40e6)];
  const allowance = { ...ENOUGH, bytes: EMPTY_CELL + 50e6 };
  const pool = open({ bytes: 2 * allowance.bytes + 60e6 });
  const first = renderIn(pool, Buffer.concat([small, much]), allowance);
  const second = renderIn(pool, small, allowance);
  expect([pool.running, pool.waiting]).toEqual([1, 1]);
  expect([await codeOf(first), await codeOf(second)]).toEqual([undefined, undefined]);
  // Everything was given back.
  const both = [renderIn(pool, small, allowance), renderIn(pool, small, allowance)];
  expect([pool.running, pool.waiting]).toEqual([2, 0]);
  for (const each of both) expect(await codeOf(each)).toBeUndefined();
});

test("what nobody waits for is ended for whoever comes, and says nothing about the picture", async () => {
  const pool = open({ places: 1 });
  const gaveWay = new AbortController();
  const patience = createPatience(gaveWay.signal, () => gaveWay.abort(new Error("gave way")));
  const late = pool.enter({ ...ENOUGH, cpuMs: 60_000 }, (run) => run("render", asPng(ENDLESS)), { patience });
  const outcome = late.catch((error: unknown) => error);
  await expect.poll(() => pool.pids.length).toBe(1);
  const [pid = 0] = pool.pids;
  expect((await renderIn(pool, PLAIN)).rendered.width).toBe(18);
  expect(await outcome).toBe(gaveWay.signal.reason);
  await expect.poll(() => isAlive(pid)).toBe(false);
  expect([pool.running, pool.waiting]).toEqual([0, 0]);
});

test("what a visitor has come for meanwhile is not ended for another", async () => {
  const pool = open({ places: 1 });
  const gaveWay = new AbortController();
  const patience = createPatience(gaveWay.signal, () => gaveWay.abort(new Error("gave way")));
  const first = pool.enter(ENOUGH, (run) => run("render", asPng(PLAIN)), { patience });
  patience.end();
  const second = renderIn(pool, PLAIN);
  expect((await first).rendered.width).toBe(18);
  expect((await second).rendered.width).toBe(18);
  expect(gaveWay.signal.aborted).toBe(false);
});

test("a process that somebody kills is no more than one refused picture", async () => {
  const pool = open();
  const outcome = codeOf(renderIn(pool, ENDLESS, { ...ENOUGH, cpuMs: 20_000 }));
  await expect.poll(() => pool.pids.length).toBe(1);
  const [pid = 0] = pool.pids;
  process.kill(pid, "SIGSEGV");
  expect(await outcome).toBe("IMAGE_UNREADABLE");
  expect((await renderIn(pool, PLAIN)).rendered.width).toBe(18);
});

test("no more run than have a place and memory; who is quick goes first", async () => {
  const pool = open({ places: 2, bytes: 300e6 });
  const order: string[] = [];
  const slow = { ...ENOUGH, bytes: 250e6, cpuMs: 400 };
  const first = codeOf(renderIn(pool, ENDLESS, slow)).then(() => order.push("first"));
  const second = renderIn(pool, PLAIN, { ...slow, cpuMs: 5_000 }).then(() => order.push("second"));
  const quick = pool
    .enter({ ...slow, cpuMs: 5_000, isQuick: true }, (run) => run("sanitise", { original: PLAIN }))
    .then(() => order.push("quick"));
  expect([pool.running, pool.waiting]).toEqual([1, 2]);
  await Promise.all([first, second, quick]);
  expect(order).toEqual(["first", "quick", "second"]);
  expect([pool.running, pool.waiting]).toEqual([0, 0]);
});

test("who waits too long, and who comes to a full queue, is turned away", async () => {
  const pool = open({ places: 1, maxAgeMs: 50, maxWaiting: 1 });
  const running = codeOf(renderIn(pool, ENDLESS, { ...ENOUGH, cpuMs: 600 }));
  const late = codeOf(renderIn(pool, PLAIN));
  expect(await codeOf(renderIn(pool, PLAIN))).toBe("SERVER_BUSY");
  expect(await late).toBe("SERVER_BUSY");
  expect(await running).toBe("IMAGE_TOO_SLOW");
  expect(pool.waiting).toBe(0);
});

test("who has gone waits no longer, and no process is started for him", async () => {
  const pool = open({ places: 1 });
  const gate = Promise.withResolvers<void>();
  const running = pool.enter(ENOUGH, () => gate.promise);
  const departure = createDeparture();
  const left = codeOf(pool.enter(ENOUGH, (run) => run("render", asPng(PLAIN)), { departure }));
  expect(pool.waiting).toBe(1);
  departure.end();
  expect(await left).toBe("CLIENT_GONE");
  expect(pool.waiting).toBe(0);
  gate.resolve();
  await running;
  expect(pool.pids).toEqual([]);
});

test("one project's many drawings are not another one's wait", async () => {
  const pool = open({ places: 1 });
  const gate = Promise.withResolvers<void>();
  const order: string[] = [];
  const enter = (project: string) =>
    pool.enter(ENOUGH, async () => void order.push(project), { lane: [project, "origin"] });
  const running = pool.enter(ENOUGH, () => gate.promise);
  const all = [...["a", "a", "a", "a"].map(enter), ...["b", "b"].map(enter)];
  gate.resolve();
  await Promise.all([running, ...all]);
  expect(order).toEqual(["a", "b", "a", "b", "a", "a"]);
});

test("processes end with the pool and know none of the server's secrets", async () => {
  process.env.FRESHET_API_KEY = "client_of_nobody";
  const pool = open();
  await renderIn(pool, PLAIN);
  delete process.env.FRESHET_API_KEY;
  const [pid = 0] = pool.pids;
  const { readFileSync } = await import("node:fs");
  expect(readFileSync(`/proc/${pid}/environ`, "latin1")).not.toContain("FRESHET");
  pool.close();
  await expect.poll(() => isAlive(pid)).toBe(false);
});

test("others are not held up while a large drawing is read", async () => {
  const large = drawing(
    '<path d="M 0.000 , 0.000 L 10.500 , 20.250 Z" style="fill:#ff0000;stroke:none"/>'.repeat(11_800),
  );
  expect(large.length).toBeGreaterThan(900_000);
  const pool = open();
  await pool.enter(ENOUGH, (run) => run("sanitise", { original: PLAIN }));
  // Processor time of this very thread: a clock would count what else the machine does. Watching the cell is part of it.
  const threadMs = async (work: () => Promise<unknown>) => {
    const before = process.threadCpuUsage();
    await work();
    const { user, system } = process.threadCpuUsage(before);
    return (user + system) / 1e3;
  };
  // The least of each: what is collected of the tests before falls on whoever works just then.
  const least = { here: Number.POSITIVE_INFINITY, there: Number.POSITIVE_INFINITY };
  for (let round = 0; round < 3; round++) {
    const here = await threadMs(() => JOBS.sanitise({ original: large }));
    const there = await threadMs(() => pool.enter(ENOUGH, (run) => run("sanitise", { original: large })));
    least.here = Math.min(least.here, here);
    least.there = Math.min(least.there, there);
  }
  expect(least.there, `${least.here} ms here`).toBeLessThan(0.8 * least.here);
});

test("work that nobody waits for leaves a process free, and takes its turn when somebody comes for it", async () => {
  const pool = open({ places: 2 });
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const visiting = pool.enter(ENOUGH, () => gates[0]?.promise ?? Promise.resolve());
  const started: string[] = [];
  const patience = createPatience(new AbortController().signal);
  const warm = (name: string, own?: typeof patience) =>
    pool.enter(ENOUGH, async () => void started.push(name), {
      patience: own ?? createPatience(new AbortController().signal),
    });
  const [asked, other] = [warm("asked for", patience), warm("other")];
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(started).toEqual([]);
  patience.end();
  await asked;
  expect(started).toEqual(["asked for"]);
  gates[0]?.resolve();
  await Promise.all([visiting, other]);
  expect(started).toEqual(["asked for", "other"]);
  expect(pool.running).toBe(0);
});
