import { describe, expect, it } from "vitest";
import { run } from "./run.test.support.ts";

describe("waiting for an invalidation", () => {
  const stages = (...list: readonly string[]): typeof fetch => {
    let at = 0;
    return async (input, init) => {
      if (String(input).includes("/events")) return new Response("{}", { status: 404 });
      const status = init?.method === "POST" ? "RECEIVED" : list[Math.min(at++, list.length - 1)];
      const invalidation = { uuid: "u-1", status, added_at: "2030-01-01T00:00:00Z", urls: {} };
      return new Response(JSON.stringify({ status: "success", invalidation }), { status: 200 });
    };
  };
  const argv = ["invalidate", "/a.jpg", "--wait", "--key", "k"];

  it.each([
    [["PREPARING", "FLUSHINGCDNSERVERS", "DONE"], 0],
    [["PREPARING", "ERROR_CDN_NODE"], 1],
    [["ERROR"], 1],
  ])("shows %j to who looks, and ends with %i", async (list, exit) => {
    const fetch = stages(...list);
    const { code, out, err } = await run([...argv, "--json"], { fetch, isWatched: true });
    expect(code).toBe(exit);
    expect(JSON.parse(out)).toMatchObject({ invalidation: { uuid: "u-1", status: list.at(-1) } });
    for (const status of list) expect(err).toContain(status);
  });

  it("shows them on stderr to programs too, but not beside JSON", async () => {
    const { code, out, err } = await run(argv, { fetch: stages("PREPARING", "DONE") });
    expect({ code, out }).toEqual({ code: 0, out: "u-1 DONE\n" });
    expect(err.split("\n").map((line) => line.trim().split(/\s+/).at(-1))).toEqual(["PREPARING", "DONE", ""]);
    const silent = await run([...argv, "--json"], { fetch: stages("PREPARING", "DONE") });
    expect({ code: silent.code, err: silent.err }).toEqual({ code: 0, err: "" });
  });

  const STEPS = [
    ["RECEIVED", "00.000", []],
    ["FLUSHINGCDNSERVERS", "00.250", [{ node: "a", status: "waiting", attempts: 0 }]],
    [
      "FLUSHINGCDNSERVERS",
      "00.250",
      [{ node: "a", status: "waiting", attempts: 1, error: "The node is \u001b[31mon fire." }],
    ],
    ["DONE", "01.500", [{ node: "a", status: "done", attempts: 2 }]],
  ] as const;
  /** A server that tells of stages as they happen, and whose log is asked once. */
  const streaming = (end: string, asked: string[] = []): typeof fetch => {
    const body = STEPS.map(([status, seconds, targets], place) => {
      const at = `2030-01-01T00:00:${seconds}Z`;
      const step = {
        uuid: "u-1",
        sequence: 7,
        attempt: 1,
        status: status === "DONE" ? end : status,
        at,
        targets,
      };
      return `event: progress\nid: ${place}\ndata: ${JSON.stringify(step)}\n\n`;
    }).join(": still here\n\n");
    return async (input, init) => {
      asked.push(`${init?.method ?? "GET"} ${String(input).slice("http://127.0.0.1:8080".length)}`);
      if (String(input).includes("/events"))
        return new Response(body, { headers: { "content-type": "text/event-stream" } });
      const isEnd =
        init?.method !== "POST" && asked.some((each) => each.includes("/events")) && asked.length > 3;
      const status = isEnd ? end : "RECEIVED";
      const stages = [{ status: "RECEIVED", at: "2030-01-01T00:00:00.000Z", targets: [] }];
      const invalidation = { uuid: "u-1", status, added_at: "2030", urls: {}, attempt: 1, stages };
      return new Response(JSON.stringify({ status: "success", invalidation }));
    };
  };

  it.each([
    ["DONE", 0],
    ["ERROR_CDN_NODE", 1],
  ])(
    "shows each stage of a stream once, with the server's own times, and ends with %s in %i",
    async (end, exit) => {
      const asked: string[] = [];
      const { code, err } = await run(argv, { fetch: streaming(end, asked) });
      expect(code).toBe(exit);
      expect(
        err
          .split("\n")
          .slice(0, 5)
          .map((line) => line.trimEnd()),
      ).toEqual([
        "   0.00 s  RECEIVED",
        "   0.25 s  FLUSHINGCDNSERVERS        0 of 1 node",
        "           a: attempt 1 failed: The node is \\u{1b}[31mon fire.",
        `   1.50 s  ${end.padEnd(24)}  1 of 1 node`,
        exit === 0 ? "" : expect.stringContaining("ERROR_CDN_NODE"),
      ]);
      // What the stream says is asked for at once.
      expect(asked.length).toBeLessThan(6);
    },
  );

  it("ends with 6 after the time given", async () => {
    const { code, err } = await run([...argv, "--timeout", "1s"], { fetch: stages("PREPARING") });
    expect(code).toBe(6);
    expect(err).toContain("It goes on");
  });

  it("ends with 130 on Ctrl-C, and says that the invalidation goes on", async () => {
    const onInterrupt = (stop: () => void) => {
      const timer = setTimeout(stop, 50);
      return () => clearTimeout(timer);
    };
    const { code, err } = await run(argv, { fetch: stages("PREPARING"), onInterrupt });
    expect(code).toBe(130);
    expect(err).toContain("u-1 goes on");
  });

  it("names the project to the server", async () => {
    const asked: string[] = [];
    const fetch: typeof globalThis.fetch = async (input, init) => {
      asked.push(`${init?.method} ${input}`);
      return stages("DONE")(input, init);
    };
    await run([...argv, "--project", "shop"], { fetch });
    expect(asked.toSorted()).toEqual([
      "GET http://127.0.0.1:8080/invalidate/u-1?project=shop",
      "POST http://127.0.0.1:8080/invalidate?project=shop",
      "undefined http://127.0.0.1:8080/invalidate/events?uuid=u-1&project=shop",
    ]);
  });
});
