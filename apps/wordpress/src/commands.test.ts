import { expect, test } from "vitest";
import { runCommand } from "./commands.ts";

const site = (name: string, reconcile: object | null = {}) => ({
  ...{
    site: name,
    project: "demo",
    state: "ok",
    cursor: "1",
    pulled_at: null,
    lag_ms: 0,
    error: null,
    events: {},
  },
  reconcile: reconcile && {
    ...{
      state: "resting",
      pass: 1,
      steps: 4,
      total: 4,
      originals: 32,
      found: 0,
      started_at: null,
      error: null,
    },
    ...{ finished_at: "2026-11-28T10:00:00.000Z", ...reconcile },
  },
});

/** A connector that answers each question about its status with the next of these. */
function connectorWith(...answers: readonly (readonly object[] | "silent")[]) {
  const asked: string[] = [];
  const lines: string[] = [];
  let at = 0;
  const fake: typeof fetch = async (input, init) => {
    asked.push(`${init?.method} ${String(input).replace("http://c.example/wordpress/", "")}`);
    if (init?.method === "POST") return Response.json({ sites: ["a.example"] }, { status: 202 });
    const sites = answers[Math.min(at++, answers.length - 1)];
    if (sites === "silent") throw new TypeError("fetch failed");
    return Response.json({ sites });
  };
  const run = (...given: string[]) =>
    runCommand(given, { print: (line) => lines.push(line), address: () => "http://c.example", fetch: fake });
  return { asked, lines, run };
}

test("status says of each site how it stands", async () => {
  const down = {
    ...site("b.example", { state: "walking", steps: 1, total: 3 }),
    state: "unreachable",
    error: "Down.",
  };
  const { lines, run } = connectorWith([site("a.example"), down, site("c.example", null)]);
  expect(await run("status")).toBe(0);
  expect(lines).toEqual([
    "a.example: ok; walk 1 resting: 4 of 4 (100 %) attachments, 32 files met, 0 not as known",
    "b.example: unreachable; walk 1 walking: 1 of 3 (33 %) attachments, 32 files met, 0 not as known; Down.",
    "c.example: ok",
  ]);
});

test("reconcile shows how far it is until the walk has ended, also when the connector starts again in between", async () => {
  const later = { finished_at: "2026-11-28T11:00:00.000Z" };
  const { asked, lines, run } = connectorWith(
    [site("a.example")],
    [site("a.example", { state: "walking", pass: 2, steps: 1 })],
    "silent",
    [site("a.example", { ...later, pass: 2, found: 1 })],
  );
  expect(await run("reconcile", "--site", "a.example")).toBe(0);
  expect(asked[1]).toBe("POST reconcile?site=a.example");
  expect(lines.map((line) => line.split(": ")[1])).toEqual(["ok; walk 2 walking", "ok; walk 2 resting"]);
});

test("what is not understood is 2 and the usage, a connector that does not run is a sentence", async () => {
  for (const given of [["walk"], ["status", "--no-wait"], ["reconcile", "--site"], ["status", "x"]]) {
    const { lines, run } = connectorWith([]);
    expect(await run(...given)).toBe(2);
    expect(lines[0]).toContain("Usage");
  }
  await expect(connectorWith("silent").run("status")).rejects.toThrow("Start the connector");
  expect(await connectorWith([]).run("status")).toBe(1);
  expect(await connectorWith([]).run("help")).toBe(0);
});
