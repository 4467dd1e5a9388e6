import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { warmUp } from "./warm.ts";

test("what can be seen now is asked for as browsers do, under its version, and nothing else", async () => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.url} ${request.headers.accept?.split(",")[0]}`);
    response.writeHead(request.url?.includes("broken") ? 500 : 200).end("x");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const warm = await warmUp(
    endpoint,
    [
      { kind: "replaced", original: "ctf:space1/hat", version: "t1" },
      { kind: "served", original: "https://h.example/a.jpg", version: "t1" },
      { kind: "removed", original: "https://h.example/old.jpg" },
      { kind: "blocked", original: "https://h.example/blocked.jpg" },
      { kind: "replaced", original: "https://h.example/broken.jpg" },
    ],
    ["w=100"],
  );
  const accepts = ["image/avif", "image/webp", "*/*"];
  const paths = [
    "/v7/ctf:space1/hat?w=100",
    "/v7/https://h.example/a.jpg?w=100&vh=t1",
    "/v7/https://h.example/broken.jpg?w=100",
  ];
  expect(asked.toSorted()).toEqual(
    paths.flatMap((path) => accepts.map((accept) => `${path} ${accept}`)).toSorted(),
  );
  expect(warm).toBe(6);
  await new Promise((resolve) => server.close(resolve));
  expect(await warmUp(endpoint, [{ kind: "replaced", original: "ctf:space1/hat" }], ["w=1"])).toBe(0);
});
