import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import fastify from "fastify";
import { afterEach, expect, test, vi } from "vitest";
import { ConfigFault } from "./config/fault.ts";
import { addressOf, listen, type Opened } from "./listen.ts";
import type { Program } from "./program.ts";

afterEach(() => vi.restoreAllMocks());
const programOf = (open: Program["open"]): Program => ({
  ...{ name: "Fake connector", portVariable: "FRESHET_FAKE_PORT", open },
});
const opened = (over: Partial<Opened> = {}): Opened => ({
  ...{ app: fastify(), host: "127.0.0.1", port: 0, ...over },
});
/** A server that cannot listen, for this reason. */
const refusing = (reason: object) => {
  const app = fastify();
  vi.spyOn(app, "listen").mockRejectedValue(Object.assign(new Error("listen"), reason));
  return app;
};

test("a program says where it listens, port chosen by the system and all, and ends when it is told", async () => {
  const print = vi.spyOn(console, "log").mockImplementation(() => {});
  const app = fastify();
  app.get("/livez", async () => ({ status: "ok" }));
  const stop = await listen(programOf(async () => opened({ app })));
  const [, url = ""] =
    /^Fake connector is ready: (http:\/\/127\.0\.0\.1:\d+)$/.exec(print.mock.calls[0]?.[0]) ?? [];
  expect(addressOf(app)).toBe(url);
  expect((await fetch(`${url}/livez`)).status).toBe(200);
  await stop();
  await expect(fetch(`${url}/livez`)).rejects.toThrow();
  expect(addressOf(app)).toBeUndefined();
});

test("what listens on every address is reached by loopback, an address of IPv6 in brackets", async () => {
  const print = vi.spyOn(console, "log").mockImplementation(() => {});
  for (const [host, there] of [
    ["0.0.0.0", /^http:\/\/127\.0\.0\.1:\d+$/],
    ["::1", /^http:\/\/\[::1\]:\d+$/],
  ] as const) {
    const app = fastify();
    const stop = await listen(programOf(async () => opened({ app, host })));
    expect(addressOf(app)).toMatch(there);
    await stop();
  }
  expect(print.mock.calls[1]?.[0]).toContain("http://[::1]:");
});

test("a port in use is one sentence that names the variable, and nothing is left open", async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  const { port } = other.address() as AddressInfo;
  const app = fastify();
  const close = vi.spyOn(app, "close");
  await expect(listen(programOf(async () => opened({ app, port })))).rejects.toThrow(
    `Port ${port} of 127.0.0.1 is in use by another program. Stop it, or choose another port with FRESHET_FAKE_PORT.`,
  );
  expect(close).toHaveBeenCalled();
  other.close();
});

test("a port that the user may not have, and a fault of the configuration, are sentences; a bug keeps its stack", async () => {
  const app = refusing({ code: "EACCES", port: 80 });
  await expect(listen(programOf(async () => opened({ app })))).rejects.toThrow(
    "This user may not listen on port 80. Choose one above 1023 with FRESHET_FAKE_PORT.",
  );
  const fault = listen(programOf(async () => Promise.reject(new ConfigFault("No site is named."))));
  await expect(fault).rejects.toThrow(/^No site is named\.$/);
  await expect(listen(programOf(async () => Promise.reject(new Error("bug"))))).rejects.toThrow(
    /bug\n\s+at /,
  );
});
