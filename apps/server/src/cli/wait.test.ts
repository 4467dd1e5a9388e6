import { describe, expect, it } from "vitest";
import { run } from "./run.test.support.ts";

describe("waiting for an invalidation", () => {
  const stages = (...list: readonly string[]): typeof fetch => {
    let at = 0;
    return async (_input, init) => {
      const status = init?.method === "POST" ? "RECEIVED" : list[Math.min(at++, list.length - 1)];
      const invalidation = { uuid: "u-1", status, added_at: "2030-01-01T00:00:00Z", urls: {} };
      return new Response(JSON.stringify({ status: "success", invalidation }), { status: 200 });
    };
  };
  const argv = ["invalidate", "/a.jpg", "--wait", "--key", "k"];

  it.each([
    [["PREPARING", "FLUSHINGCDNSERVERS", "DONE"], 0],
    [["PREPARING", "ERROR_CDN_NODE"], 5],
    [["ERROR"], 5],
  ])("shows %j to who looks, and ends with %i", async (list, exit) => {
    const fetch = stages(...list);
    const { code, out, err } = await run([...argv, "--json"], { fetch, isWatched: true });
    expect(code).toBe(exit);
    expect(JSON.parse(out)).toMatchObject({ invalidation: { uuid: "u-1", status: list.at(-1) } });
    for (const status of list) expect(err).toContain(status);
  });

  it("says nothing on the way where nobody looks", async () => {
    expect(await run(argv, { fetch: stages("PREPARING", "DONE") })).toEqual({
      code: 0,
      out: "u-1 DONE\n",
      err: "",
    });
  });

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
    expect(asked).toEqual([
      "POST http://127.0.0.1:8080/invalidate?project=shop",
      "GET http://127.0.0.1:8080/invalidate/u-1?project=shop",
    ]);
  });
});
