import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { createWire } from "../sources/wire.ts";
import type { CutoutsConfig } from "./config.ts";
import { askElsewhere } from "./elsewhere.ts";

const PICTURE = new Uint8Array([137, 80, 78, 71]);
const never = new AbortController().signal;

const opened: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0)) await close();
});

const closed = (server: Server) => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
};

async function ask(answer: RequestListener, more: Partial<CutoutsConfig> = {}, signal = never) {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const wire = createWire();
  opened.push(
    () => wire.close(),
    () => closed(server),
  );
  const config: CutoutsConfig = {
    ...({ kind: "url", reach: "private", authorization: undefined } as const),
    ...{ timeoutMs: 5_000, revision: 1 },
    place: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mask`,
  };
  return askElsewhere(wire, { ...config, ...more }, PICTURE, signal);
}

test("the picture is sent whole, and the answer comes back as it is", async () => {
  const answer = await ask(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    response.end(Buffer.concat([Buffer.from(request.method ?? ""), ...chunks]));
  });
  expect(Buffer.from(answer)).toEqual(Buffer.concat([Buffer.from("POST"), PICTURE]));
});

test("an error, a redirect and nothing at all are failures", async () => {
  await expect(ask((_, response) => response.writeHead(500).end())).rejects.toThrow("answered 500");
  const moved: RequestListener = (_, response) =>
    response.writeHead(302, { location: "http://10.0.0.1/" }).end();
  await expect(ask(moved)).rejects.toThrow("answered 302");
  await expect(ask((request) => request.socket.destroy())).rejects.toThrow("cannot be asked");
});

test("so is an address that was not allowed, which is never connected to", async () => {
  let asked = 0;
  const count: RequestListener = (_, response) => {
    asked += 1;
    response.end();
  };
  await expect(ask(count, { reach: "public" })).rejects.toThrow("cannot be asked");
  expect(asked).toBe(0);
});

test("what answers too much or too late is left, and so is everything once nobody wants it", async () => {
  await expect(ask((_, response) => response.end(Buffer.alloc(4_000_001)))).rejects.toThrow("4000000 bytes");
  await expect(ask(() => {}, { timeoutMs: 60 })).rejects.toThrow();
  const stop = new AbortController();
  const stopped = ask(() => stop.abort(), {}, stop.signal);
  await expect(stopped).rejects.toThrow();
});
