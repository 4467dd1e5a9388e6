import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createFront, type Front } from "./front.ts";

const say = (response: ServerResponse, text: string) => response.end(text);

let front: Front;
let url: string;
beforeEach(async () => {
  front = createFront({
    hit(request, response) {
      if (request.url !== "/v7/hit") return false;
      say(response, "hit");
      return true;
    },
    deliver: (request, response) => say(response, `picture ${request.url}`),
  });
  url = `http://127.0.0.1:${await front.listen({ host: "127.0.0.1", port: 0 })}`;
});
afterEach(async () => {
  front.server.closeAllConnections();
  await front.close();
});

const get = async (path: string) => (await fetch(`${url}${path}`)).text();

test("pictures are answered while nothing is behind yet, and what is asked of that waits for it", async () => {
  const early = [get("/livez"), get("/projects?x=1"), get("/")];
  expect(await get("/v7/hit")).toBe("hit");
  expect(await get("/v7/projects")).toBe("picture /v7/projects");
  front.place((request, response) => say(response, `behind ${request.url}`));
  expect(await Promise.all(early)).toEqual(["behind /livez", "behind /projects?x=1", "behind /"]);
  expect(await get("/keys")).toBe("behind /keys");
});

test("it is time for what is behind once somebody asks for it", async () => {
  const waiting = get("/livez");
  await front.isTime;
  front.place((_request, response) => say(response, "ok"));
  expect(await waiting).toBe("ok");
});

test("it is time once the first visitor has his picture, and after a moment where nobody comes", async () => {
  const held = Promise.withResolvers<void>();
  const slow = createFront({
    hit: undefined,
    deliver: (_request, response) => void held.promise.then(() => say(response, "picture")),
  });
  const port = await slow.listen({ host: "127.0.0.1", port: 0 });
  const picture = fetch(`http://127.0.0.1:${port}/v7/a.jpg`);
  held.resolve();
  expect(await (await picture).text()).toBe("picture");
  await slow.isTime;
  slow.server.closeAllConnections();
  await slow.close();
  await front.isTime; // nobody came here
});

test("where no pictures are delivered everything is behind", async () => {
  const control = createFront({ hit: undefined, deliver: undefined });
  const port = await control.listen({ host: "127.0.0.1", port: 0 });
  const answer = fetch(`http://127.0.0.1:${port}/v7/a.jpg`);
  control.place((_request, response) => say(response, "nothing"));
  expect(await (await answer).text()).toBe("nothing");
  control.server.closeAllConnections();
  await control.close();
});

test("a port that is taken is told, and one that never listened is closed at once", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  const late = createFront({ hit: undefined, deliver: undefined });
  await expect(late.listen({ host: "127.0.0.1", port })).rejects.toMatchObject({ code: "EADDRINUSE", port });
  await late.close();
  other.close();
});
