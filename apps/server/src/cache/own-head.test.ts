import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { expect, test } from "vitest";
import { canSendOwnHeads, endAfterOwnHead } from "./own-head.ts";

test("this Node ends a response whose head somebody else has written", () => {
  expect(canSendOwnHeads()).toBe(true);
});

test("the connection goes on, and each response is told that it is over", async () => {
  const over: string[] = [];
  const server = createServer((request, response) => {
    for (const event of ["finish", "close"]) response.once(event, () => over.push(`${event} ${request.url}`));
    response.socket?.write(
      `HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n${request.method === "HEAD" ? "" : "ok"}`,
    );
    endAfterOwnHead(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1").setEncoding("latin1");
  const ask = async (method: string, path: string, last: string) => {
    let text = "";
    socket.write(`${method} ${path} HTTP/1.1\r\nHost: h\r\n\r\n`);
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
      text += chunk;
      if (text.endsWith(last)) return text;
    }
    return text;
  };
  const head = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n";
  expect(await ask("GET", "/1", "ok")).toBe(`${head}ok`);
  expect(await ask("HEAD", "/2", head)).toBe(head);
  expect(await ask("GET", "/3", "ok")).toBe(`${head}ok`);
  await expect
    .poll(() => over)
    .toEqual(["1", "2", "3"].flatMap((each) => [`finish /${each}`, `close /${each}`]));
  socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});
