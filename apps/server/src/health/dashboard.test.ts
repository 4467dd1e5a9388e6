import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { CdnDriver } from "@freshet/core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type Fleet, type Instance, startFleet } from "../instances/fleet.test.support.ts";
import { observerMetrics } from "../observer/metrics.ts";
import { createTally } from "../observer/tally.ts";

const DASHBOARD = join(import.meta.dirname, "../../../../docs/grafana/freshet.json");
const ALERTS = join(import.meta.dirname, "../../../../docs/operations/alerts.yml");

interface Panel {
  readonly title: string;
  readonly type: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

let fleet: Fleet;
let server: Instance;
let panels: readonly Panel[];
/** Type and labels of each metric, as they are exported. */
const exported = new Map<string, { readonly type: string; readonly labels: Set<string> }>();

/** What a scrape says, in the text form. */
function read(text: string): void {
  for (const line of text.split("\n")) {
    const [, name = "", type = ""] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
    if (name) exported.set(name, { type, labels: new Set() });
    const [, sample = "", labels = ""] = /^(\w+)\{(.*)\} /.exec(line) ?? [];
    const known = exported.get(sample) ?? exported.get(sample.replace(/_(bucket|sum|count)$/, ""));
    for (const [, label = ""] of labels.matchAll(/(\w+)="/g)) known?.labels.add(label);
  }
}

beforeAll(async () => {
  fleet = await startFleet();
  const driver: CdnDriver = {
    name: "node",
    ending: "fenced",
    limits: { batch: 10 },
    purgeTags: async () => {},
    purgeProject: async () => {},
    probe: async () => ({ status: 200, stamp: 1_000_000, etag: undefined, cache: "hit" }),
  };
  server = await fleet.start({ name: "a", isAlone: true, drivers: [driver] });
  await server.get("/a.gif");
  await server.get("/missing");
  await server.get("/a.gif?w=3&wat=1");
  const uuid = await server.invalidate("/a.gif");
  await server.ended(uuid);
  const metrics = async () => String((await server.server.app.inject("/metrics")).payload);
  // They are counted a moment behind their end.
  const counted = async () => expect(await metrics()).toMatch(/^freshet_invalidations_total\{.*\} 1$/m);
  await vi.waitFor(counted, { timeout: 20_000, interval: 50 });
  read(await metrics());
  const tally = createTally(["node"]);
  tally.of("node").reads += 1;
  read(await observerMetrics(tally).metrics());
  panels = JSON.parse(await readFile(DASHBOARD, "utf8")).panels;
}, 60_000);
afterAll(() => fleet.stop());

const expressions = () =>
  panels.flatMap(({ title, targets = [] }) => targets.map((each) => ({ title, ...each })));

const missingOf = (expressions: readonly string[]) =>
  expressions
    .flatMap((expr) => [...expr.matchAll(/freshet_\w+/g)].map(([name]) => name))
    .filter((name) => {
      const base = name.replace(/_(bucket|sum|count)$/, "");
      return !exported.has(name) && exported.get(base)?.type !== "histogram";
    });

test("every metric that the dashboard names is exported", () => {
  expect(expressions().length).toBeGreaterThan(15);
  expect(missingOf(expressions().map(({ expr }) => expr))).toEqual([]);
});

test("so is every metric that the alerts name, and the page of alerts has a line for each of them", async () => {
  const text = await readFile(ALERTS, "utf8");
  const named = [...text.matchAll(/^ {8}expr: (.*)$/gm)].map(([, expr = ""]) => expr);
  expect(named.length).toBeGreaterThan(10);
  // No bucket here.
  expect(missingOf(named).filter((name) => !name.startsWith("freshet_shared_cache_"))).toEqual([]);
  const page = await readFile(join(ALERTS, "../monitoring.md"), "utf8");
  const alerts = [...text.matchAll(/- alert: (\w+)/g)].map(([, name = ""]) => name);
  expect([...page.matchAll(/^\| (Freshet\w+) \|/gm)].map(([, name]) => name)).toEqual(alerts);
});

test("every label that it goes by is one that the metric has, and what it shows is told apart", () => {
  // What a scrape adds by itself; an instance's own label gives way to that of the scrape.
  const added = ["job", "instance", "exported_instance", "le"];
  for (const { title, expr, legendFormat } of expressions()) {
    const [name = ""] = /freshet_\w+/.exec(expr) ?? [];
    const metric = exported.get(name) ?? exported.get(name.replace(/_bucket$/, ""));
    const grouped = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list = ""]) => list.split(/,\s*/));
    const selected = [...expr.matchAll(/[{,](\w+)(?:=~?|!)/g)].map(([, label = ""]) => label);
    const known = [...(metric?.labels ?? []), ...added];
    const unknown = [...grouped, ...selected].filter((label) => !known.includes(label));
    // A label without a value yet is shown by no sample; these two have none before something fails.
    expect(
      unknown.filter((label) => !(label === "code" || label === "outcome")),
      `${title}: ${expr}`,
    ).toEqual([]);
    for (const [, label = ""] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) expect(grouped).toContain(label);
    // Counters are read by how fast they grow.
    const grows = metric?.type === "counter" || metric?.type === "histogram";
    expect(/\b(rate|increase)\(/.test(expr), expr).toBe(grows);
  }
});

test("its panels have titles and do not lie on each other", () => {
  const cells = new Set<string>();
  for (const { title, gridPos } of panels) {
    expect(title).not.toBe("");
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
        expect(x).toBeLessThan(24);
        expect(cells.has(`${x} ${y}`), title).toBe(false);
        cells.add(`${x} ${y}`);
      }
    }
  }
});

test("metrics of nodes and stages say how an invalidation went", async () => {
  const text = String((await server.server.app.inject("/metrics")).payload);
  expect(text).toMatch(/^freshet_invalidations_total\{status="DONE",scope="original"\} 1$/m);
  expect(text).toMatch(/^freshet_node_purges_total\{node="node",outcome="done"\} 1$/m);
  expect(text).toMatch(/^freshet_node_lag\{node="node"\} 0$/m);
  for (const stage of ["RECEIVED", "FLUSHINGCLOUDIMAGESERVER", "FLUSHINGCDNSERVERS"])
    expect(text).toContain(`freshet_invalidation_stage_seconds_count{stage="${stage}"} 1`);
});

test("metrics say how the process and its work are: delay of the loop, memory, handles, what waits and what was refused", async () => {
  const text = String((await server.server.app.inject("/metrics")).payload);
  for (const name of [
    ...["p50_seconds", "p99_seconds", "max_seconds"].map((each) => `freshet_nodejs_eventloop_lag_${each}`),
    "freshet_process_resident_memory_bytes",
    "freshet_nodejs_heap_size_used_bytes",
    "freshet_nodejs_active_handles_total",
    ...["running", "waiting", "waiting_cost", "wait_seconds"].map((each) => `freshet_renders_${each}`),
    "freshet_cells_resident_bytes",
  ])
    expect(text).toMatch(new RegExp(`^${name} [\\d.e+-]+$`, "m"));
  for (const why of ["foreseen", "displaced", "late", "abandoned"])
    expect(text).toContain(`freshet_renders_refused_total{why="${why}"} 0`);
});
