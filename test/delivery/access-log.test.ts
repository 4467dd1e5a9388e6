import { mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { demoOf } from "../support/demo.ts";
import { type Freshet, startFreshet } from "../support/freshet.ts";
import { type Origin, startOrigin } from "../support/origin.ts";

type Line = Readonly<Record<string, unknown>>;

describe("the access log", () => {
  let origin: Origin;
  let freshet: Freshet;
  let folder: string;
  let file: string;
  const path = "/v7/_site_/a.jpg?w=90";

  beforeAll(async () => {
    origin = await startOrigin();
    await origin.paint("/a.jpg", { red: 10, green: 120, blue: 200 });
    folder = await mkdtemp(join(tmpdir(), "freshet-log-"));
    file = join(folder, "access.log");
    freshet = await startFreshet({ config: { ...demoOf(origin), accessLog: { to: file } } });
  });
  afterAll(async () => {
    await freshet?.stop();
    await origin?.close();
    await rm(folder, { recursive: true });
  });

  const textOf = (name = file) => readFile(name, "utf8");
  const linesOf = async (name = file): Promise<readonly Line[]> =>
    (await textOf(name)).split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line)]));
  /** Once there are so many. */
  const lines = async (count: number, name = file) => {
    await expect.poll(async () => (await linesOf(name)).length, { timeout: 20_000 }).toBe(count);
    return linesOf(name);
  };
  const get = async (target = path, init: RequestInit = {}) => {
    const answer = await fetch(`${freshet.url}${target}`, init);
    return { headers: answer.headers, bytes: (await answer.arrayBuffer()).byteLength };
  };

  it("has a line for each answer, hits too, and says what went out and where it came from", async () => {
    const { headers, bytes } = await get();
    for (let each = 0; each < 3; each += 1) await get();
    await get(path, { headers: { "if-none-match": headers.get("etag") ?? "" } });
    await get(path, { method: "HEAD" });
    await get(path, { headers: { range: "bytes=0-9" } });
    await get("/v7/_site_/none.jpg");
    await get(path, { method: "DELETE" });
    const host = `127.0.0.1:${freshet.port}`;
    const stamp = Number(headers.get("freshet-stamp"));
    const line = { method: "GET", host, path, status: 200, bytes, stamp, project: "demo" };
    const hit = { ...line, from: "memory" };
    const { stamp: _stamp, ...failed } = { ...line, from: "failed" };
    const told = await lines(9);
    expect(told).toMatchObject([
      { ...line, from: "rendered" },
      ...[hit, hit, hit],
      { ...hit, status: 304, bytes: 0 },
      { ...hit, method: "HEAD", bytes: 0 },
      hit,
      {
        ...failed,
        path: "/v7/_site_/none.jpg",
        status: 404,
        bytes: expect.any(Number),
        error: "ORIGINAL_MISSING",
      },
      { method: "DELETE", status: 405, error: "METHOD_NOT_ALLOWED" },
    ]);
    for (const { time, duration, address } of told) {
      expect(Math.abs(Date.parse(String(time)) - Date.now())).toBeLessThan(60_000);
      expect(duration).toBeGreaterThanOrEqual(0);
      expect(address).toBeUndefined();
    }
    expect(told[0]?.duration).toBeGreaterThan(0);
  });

  it("stays one line of JSON each, whatever stands in a URL or a host", async () => {
    const before = (await linesOf()).length;
    const hostile = [
      `/v7/_site_/a.jpg?x="}{"time":"forged"`,
      "/v7/_site_/a.jpg?x=\\\\u0000'`$(id)",
      "/v7/_site_/%ff%fe%80.jpg",
      `/v7/_site_/${"a".repeat(7_000)}.jpg`,
      "/v7/_site_/%0d%0a%00.jpg",
    ];
    for (const target of hostile) await raw(target, `h"\\\xff${"h".repeat(300)}`);
    const told = await lines(before + hostile.length);
    expect(await textOf()).toMatch(/^[\x20-\x7e\n]*$/);
    const paths = told.slice(before).map((line) => String(line.path));
    for (const [at, target] of hostile.entries())
      expect(paths[at]).toBe(target.length > 4_096 ? `${target.slice(0, 4_096)}…` : target);
  });

  it("goes on in a new file after a rename, at once on SIGHUP, and counts its lines", async () => {
    const before = (await linesOf()).length;
    await rename(file, `${file}.1`);
    process.kill(freshet.pid, "SIGHUP");
    await expect.poll(() => textOf().catch(() => undefined), { timeout: 20_000 }).toBe("");
    await get();
    await lines(1);
    await rename(file, `${file}.2`);
    await expect.poll(() => textOf().catch(() => undefined), { timeout: 20_000 }).toBe("");
    await get();
    await lines(1);
    expect((await linesOf(`${file}.1`)).length + (await linesOf(`${file}.2`)).length).toBe(before + 1);
    const metrics = await (await fetch(`${freshet.url}/metrics`)).text();
    expect(metrics).toContain(`\nfreshet_access_log_lines_total ${before + 2}\n`);
    expect(metrics).toContain("\nfreshet_access_log_lines_dropped_total 0\n");
  });

  it("is written out when the server is stopped, and may have addresses and a place by the environment", async () => {
    const other = join(folder, "other.log");
    await freshet.restart({
      config: { ...demoOf(origin), accessLog: { to: file, address: true } },
      env: { FRESHET_ACCESS_LOG: other },
    });
    for (let each = 0; each < 50; each += 1) await get();
    await freshet.restart({ config: demoOf(origin), env: {} });
    const told = await linesOf(other);
    expect(told.length).toBe(50);
    expect(told.every(({ address }) => address === "127.0.0.1")).toBe(true);
  });

  /** Sends a request target and a host as they are, and waits for the answer's end. */
  function raw(target: string, host: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const head = `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
      const socket = connect(freshet.port, "127.0.0.1", () => socket.write(head, "latin1"));
      socket.on("error", reject).on("close", () => resolve());
      socket.resume();
    });
  }
});
