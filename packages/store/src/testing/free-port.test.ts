import { once } from "node:events";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { freePort } from "./free-port.ts";

test("a free port can be listened on, lies below those of connections and is given once", async () => {
  const ports = await Promise.all(Array.from({ length: 50 }, freePort));
  expect(new Set(ports).size).toBe(50);
  expect(Math.max(...ports)).toBeLessThan(32_768);
  const servers = await Promise.all(
    ports.map(async (port) => {
      const server = createServer().listen(port, "127.0.0.1");
      await once(server, "listening");
      return server;
    }),
  );
  for (const server of servers) server.close();
});
