import { hash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Socket,
  type Server as TcpServer,
} from "node:net";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { createHttpSource, type HttpSourceOptions } from "./http.ts";
import type { Fetched, Inspect, SourcePolicy, Validators } from "./source.ts";
import type { Spool } from "./spool.ts";

const policy: SourcePolicy = {
  allow: ["127.0.0.1"],
  allowPrivate: true,
  maxBytes: 100_000,
  timeoutMs: 2_000,
};
const never = new AbortController().signal;
const closing: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function listen(server: Server | TcpServer): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  if ("closeAllConnections" in server) closing.push(() => server.closeAllConnections());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** An origin that answers by HTTP. */
function origin(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  return listen(createServer(answer));
}

/** An origin that writes whatever it likes. */
async function wire(talk: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("data", () => talk(socket));
  });
  const address = await listen(server);
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
  });
  return address;
}

function client(options: HttpSourceOptions = {}) {
  const source = createHttpSource(options);
  closing.push(() => source.close());
  return (
    urls: string | readonly string[],
    more: {
      policy?: Partial<SourcePolicy>;
      validators?: Validators;
      fresh?: boolean;
      inspect?: Inspect;
      spool?: Spool;
      signal?: AbortSignal;
    } = {},
  ): Promise<Fetched> =>
    source.fetch(
      { kind: "http", urls: [urls].flat() },
      {
        policy: { ...policy, ...more.policy },
        fresh: more.fresh ?? false,
        ...(more.validators && { validators: more.validators }),
        ...(more.inspect && { inspect: more.inspect }),
        ...(more.spool && { spool: more.spool }),
      },
      more.signal ?? never,
    );
}

const refusedWith = (code: string) => expect.objectContaining({ kind: "refused", code });

describe("an ordinary origin", () => {
  test("gives bytes, type, validators and age; it is asked for an image, plainly, by name", async () => {
    let asked: IncomingMessage | undefined;
    const at = await origin((request, response) => {
      asked = request;
      response
        .setHeader("etag", '"v1"')
        .setHeader("age", "7")
        .setHeader("content-type", "image/png")
        .end("bytes");
    });
    const found = await client()(`${at}/a%20b.png?x=1`);
    expect(found).toMatchObject({ kind: "found", contentType: "image/png", age: 7 });
    expect(found).toMatchObject({ validators: { etag: '"v1"', url: `${at}/a%20b.png?x=1` } });
    expect(found.kind === "found" && Buffer.from(found.bytes).toString()).toBe("bytes");
    expect(asked?.url).toBe("/a%20b.png?x=1");
    expect(asked?.headers["user-agent"]).toMatch(/freshet.*cloudimage/);
    expect(asked?.headers).toMatchObject({
      "accept-encoding": "identity",
      accept: expect.stringMatching(/^image/),
    });
    expect(asked?.headers["cache-control"]).toBeUndefined();
  });

  test("is asked conditionally, and past every cache without condition when the answer must be fresh", async () => {
    const asked: IncomingMessage["headers"][] = [];
    const at = await origin((request, response) => {
      asked.push(request.headers);
      response.statusCode = request.headers["if-none-match"] === '"v1"' ? 304 : 200;
      response.setHeader("etag", '"v1"').end(response.statusCode === 200 ? "bytes" : undefined);
    });
    const get = client();
    const found = await get(`${at}/a`);
    const validators = "validators" in found ? found.validators : {};
    const confirmed = { etag: '"v1"', url: `${at}/a` };
    expect(await get(`${at}/a`, { validators })).toMatchObject({ kind: "unchanged", validators: confirmed });
    expect(await get(`${at}/a`, { validators, fresh: true })).toMatchObject({ kind: "found" });
    expect(asked[2]).toMatchObject({ "cache-control": "no-cache", pragma: "no-cache" });
    expect(asked[2]?.["if-none-match"]).toBeUndefined();
    // Validators of another URL prove nothing here.
    expect(await get(`${at}/b`, { validators })).toMatchObject({ kind: "found" });
  });

  test.each([404, 410] as const)("may have no such image: %d", async (status) => {
    const at = await origin((_, response) => response.writeHead(status).end("gone"));
    expect(await client()(at)).toEqual({ kind: "missing", status });
  });

  test.each([204, 206, 304, 400, 401, 403, 429, 451, 500, 503])(
    "is broken when it answers %d",
    async (status) => {
      const at = await origin((_, response) => response.writeHead(status).end());
      const fetched = await client()(at);
      expect(fetched).toEqual(refusedWith("ORIGIN_BROKEN"));
      // Nothing stands in for what an origin that is well does not give.
      expect("isDenied" in fetched).toBe([401, 403, 451].includes(status));
    },
  );

  test("may compress though asked not to; what it decodes to is bounded", async () => {
    const at = await origin((request, response) => {
      const encoding = request.url === "/odd" ? "lzma" : "gzip";
      const size = request.url === "/bomb" ? 5_000_000 : 50;
      const body = request.url === "/torn" ? Buffer.from("no") : gzipSync(Buffer.alloc(size, "x"));
      response.setHeader("content-encoding", encoding).end(body);
    });
    const get = client();
    const found = await get(`${at}/ok`);
    expect(found.kind === "found" && found.bytes.length).toBe(50);
    expect(await get(`${at}/bomb`)).toEqual(refusedWith("ORIGINAL_TOO_LARGE"));
    expect(await get(`${at}/odd`)).toEqual(refusedWith("ORIGIN_BROKEN"));
    expect(await get(`${at}/torn`)).toEqual(refusedWith("ORIGIN_BROKEN"));
  });

  test("a 304 for another ETag than the one sent is not believed", async () => {
    let requests = 0;
    const at = await origin((request, response) => {
      requests += 1;
      if (request.headers["if-none-match"]) response.writeHead(304, { etag: '"v2"' }).end();
      else response.setHeader("etag", '"v2"').end("second");
    });
    const answer = await client()(`${at}/a`, { validators: { etag: '"v1"', url: `${at}/a` } });
    expect(answer).toMatchObject({ kind: "found" });
    expect(requests).toBe(2);
  });

  test("is asked over kept connections, after redirects too", async () => {
    const server = createServer((request, response) => {
      if (request.url === "/moved") response.writeHead(302, { location: "/a" }).end("moved");
      else response.end(Buffer.alloc(70_000));
    });
    let connections = 0;
    server.on("connection", () => {
      connections += 1;
    });
    const at = await listen(server);
    const get = client();
    for (const path of ["/a", "/moved", "/a", "/moved", "/a", "/a", "/a", "/a"]) {
      expect(await get(`${at}${path}`)).toMatchObject({ kind: "found" });
    }
    expect(connections).toBeLessThan(5);
  });

  test("is asked over a bounded number of connections", async () => {
    let open = 0;
    let most = 0;
    const at = await origin((_, response) => {
      open += 1;
      most = Math.max(most, open);
      setTimeout(() => {
        open -= 1;
        response.end("bytes");
      }, 20);
    });
    const get = client({ connections: 2 });
    const answers = await Promise.all(Array.from({ length: 8 }, (_, i) => get(`${at}/${i}`)));
    expect(answers.every(({ kind }) => kind === "found")).toBe(true);
    expect(most).toBe(2);
  });
});

describe("size and time", () => {
  test("a body over the limit is refused, announced or not", async () => {
    const at = await origin((request, response) => {
      if (request.url === "/announced") response.setHeader("content-length", "100001");
      response.write(Buffer.alloc(60_000));
      response.end(Buffer.alloc(40_001));
    });
    const get = client();
    expect(await get(`${at}/announced`)).toEqual(refusedWith("ORIGINAL_TOO_LARGE"));
    expect(await get(`${at}/chunked`)).toEqual(refusedWith("ORIGINAL_TOO_LARGE"));
  });

  test("the rest of what is refused by its beginning is not read, and the origin is not blamed", async () => {
    let sent = 0;
    let isOver = false;
    const address = await origin((_, response) => {
      response.writeHead(200, { age: "7" });
      const more = setInterval(() => {
        sent += 4_096;
        response.write(Buffer.alloc(4_096));
      }, 5);
      response.on("close", () => {
        clearInterval(more);
        isOver = true;
      });
    });
    const fetch = client({ breaker: { failures: 1 } });
    const refusal = { kind: "refused", code: "IMAGE_UNREADABLE", reason: "no image" } as const;
    for (let count = 0; count < 2; count += 1) {
      expect(await fetch(`${address}/a.jpg`, { inspect: async () => refusal })).toEqual({
        ...refusal,
        age: 7,
      });
      await expect.poll(() => isOver).toBe(true);
      isOver = false;
    }
    expect(sent).toBeLessThan(100_000);
  });

  test("the digest of what arrives as it is is known at its end; of what is compressed it is not", async () => {
    const body = Buffer.from("x".repeat(90_000));
    const address = await origin((request, response) => {
      const isPacked = request.url === "/packed";
      response.writeHead(200, isPacked ? { "content-encoding": "gzip" } : {});
      response.end(isPacked ? gzipSync(body) : body);
    });
    const fetch = client();
    const digest = hash("sha256", body);
    expect(await fetch(`${address}/plain`)).toMatchObject({ kind: "found", digest });
    expect(await fetch(`${address}/packed`)).not.toHaveProperty("digest");
  });

  test("a body of exactly the limit is whole", async () => {
    const at = await origin((_, response) => response.end(Buffer.alloc(100_000, 7)));
    const found = await client()(at);
    expect(found.kind === "found" && found.bytes.length).toBe(100_000);
  });

  test("the time of a body that goes to a spool begins anew with each part that could have been held", async () => {
    const isDiscarded: boolean[] = [];
    const spool: Spool = {
      ...{ from: 10_000, maxBytes: 100_000 },
      takes: () => true,
      open: () => ({
        write: async () => true,
        digest: () => "",
        keep: async () => true,
        discard: async () => void isDiscarded.push(true),
      }),
    };
    // Fifty thousand bytes in a second and a half, of which each ten thousand have one.
    const steady = await origin(async (_, response) => {
      for (let part = 0; part < 10; part += 1) {
        response.write(Buffer.alloc(5_000, part));
        await new Promise((resolve) => setTimeout(resolve, 150));
      }
      response.end();
    });
    const short = { policy: { timeoutMs: 1_000 } };
    const [spooled, held, stopped] = await Promise.all([
      client()(steady, { ...short, spool }),
      client()(steady, short),
      // What stops half way is slow all the same.
      client()(await wire((socket) => socket.write(`HTTP/1.1 200 OK\r\n\r\n${"x".repeat(15_000)}`)), {
        ...short,
        spool,
      }),
    ]);
    expect(spooled).toMatchObject({ kind: "spooled", spooled: { size: 50_000 } });
    expect(held).toEqual(refusedWith("ORIGIN_SLOW"));
    expect(stopped).toEqual(refusedWith("ORIGIN_SLOW"));
    expect(isDiscarded).toEqual([true]);
  });

  test("an origin that says nothing, stops half way, or drips, is slow", async () => {
    const silent = await wire(() => {});
    const half = await wire((socket) => socket.write("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf"));
    const drip = await wire((socket) => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      const timer = setInterval(() => socket.write("x"), 10);
      socket.on("close", () => clearInterval(timer));
    });
    const headers = await wire((socket) => {
      socket.write("HTTP/1.1 200 OK\r\n");
      const timer = setInterval(() => socket.write("x: y\r\n"), 10);
      socket.on("close", () => clearInterval(timer));
    });
    const short = { policy: { timeoutMs: 150 } };
    expect(await client({ firstByteMs: 100 })(silent)).toEqual(refusedWith("ORIGIN_SLOW"));
    expect(await client()(silent, short)).toEqual(refusedWith("ORIGIN_SLOW"));
    expect(await client()(half, short)).toEqual(refusedWith("ORIGIN_SLOW"));
    expect(await client({ rateWindowMs: 100 })(drip, { policy: { timeoutMs: 60_000 } })).toEqual(
      refusedWith("ORIGIN_SLOW"),
    );
    expect(await client({ firstByteMs: 100 })(headers)).toEqual(refusedWith("ORIGIN_SLOW"));
  });

  test("the caller's signal rejects, before and while the origin is silent", async () => {
    const silent = await wire(() => {});
    const caller = new AbortController();
    const get = client();
    const waiting = get(silent, { signal: caller.signal });
    setTimeout(() => caller.abort(new Error("gone")), 50);
    await expect(waiting).rejects.toThrow("gone");
    await expect(get(silent, { signal: caller.signal })).rejects.toThrow("gone");
  });
});

describe("redirects", () => {
  test("are followed three times; validators then belong to where they led", async () => {
    const at = await origin((request, response) => {
      const left = Number(request.url?.slice(1));
      if (left > 0) response.writeHead(302, { location: `/${left - 1}` }).end("moved");
      else response.setHeader("etag", '"v1"').end("bytes");
    });
    const get = client();
    expect(await get(`${at}/3`)).toMatchObject({ kind: "found", validators: { url: `${at}/0` } });
    expect(await get(`${at}/4`)).toEqual(refusedWith("ORIGIN_BROKEN"));
  });

  const TARGETS = [
    "http://10.0.0.1/",
    "http://localhost.evil.test/",
    "http://[::ffff:169.254.169.254]/",
    "http://2/",
  ];

  test.each([...TARGETS, "ftp://127.0.0.1/", "file:///etc/passwd", "http://u:p@127.0.0.1/", "http://%/"])(
    "to %s are refused",
    async (location) => {
      const at = await origin((_, response) => response.writeHead(301, { location }).end());
      expect(await client()(at)).toEqual(refusedWith("ORIGINAL_NOT_ALLOWED"));
    },
  );

  test("to nowhere, in a circle, or with a body that never ends are broken", async () => {
    const nowhere = await origin((_, response) => response.writeHead(302).end());
    const circle = await origin((request, response) =>
      response.writeHead(302, { location: request.url ?? "/" }).end(),
    );
    const endless = await wire((socket) =>
      socket.write("HTTP/1.1 302 Found\r\nlocation: /x\r\ncontent-length: 8000\r\n\r\n"),
    );
    for (const at of [nowhere, circle, endless])
      expect(await client()(at)).toEqual(refusedWith("ORIGIN_BROKEN"));
  });
});

describe("what may not be reached", () => {
  const SPELLINGS = [
    [
      "127.0.0.1",
      "127.1",
      "0x7f.1",
      "2130706433",
      "0177.0.0.01",
      "[::1]",
      "[::ffff:127.0.0.1]",
      "[::ffff:7f00:1]",
    ],
    [
      "0.0.0.0",
      "0",
      "169.254.169.254",
      "10.1.2.3",
      "[64:ff9b::7f00:1]",
      "[2002:7f00:1::]",
      "[::127.0.0.1]",
      "[::]",
    ],
    ["[fe80::1]", "[fd00::1]", "１２７.0.0.1", "127。0。0。1"],
  ].flat();

  test.each(SPELLINGS)("http://%s, with every host allowed but no private network", async (host) => {
    let reached = false;
    const at = await origin((_, response) => {
      reached = true;
      response.end("secret");
    });
    const get = client();
    const answer = await get(`http://${host}:${new URL(at).port}/`, { policy: { allow: ["*"] } });
    expect(answer).toEqual(refusedWith("ORIGINAL_NOT_ALLOWED"));
    expect(reached).toBe(false);
  });

  test("a name that resolves to a private address, first, second or only later", async () => {
    const at = await origin((_, response) => response.end("secret"));
    const { port } = new URL(at);
    const answers: Record<string, readonly string[]> = {
      "private.test": ["127.0.0.1"],
      "mixed.test": ["93.184.216.34", "127.0.0.1"],
      "six.test": ["::1"],
      "nobody.test": [],
    };
    const resolve = async (host: string) =>
      (answers[host] ?? []).map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
    const get = client({ resolve });
    for (const host of ["private.test", "mixed.test", "six.test"]) {
      const answer = await get(`http://${host}:${port}/`, { policy: { allow: ["*"] } });
      expect(answer, host).toEqual(refusedWith("ORIGINAL_NOT_ALLOWED"));
    }
    expect(await get(`http://nobody.test:${port}/`, { policy: { allow: ["*"] } })).toEqual(
      refusedWith("ORIGIN_BROKEN"),
    );
    // Written out and allowed, the same name is reached; a project that may not do so gains nothing from it.
    const listed = { allow: ["private.test"], allowPrivate: true };
    expect(await get(`http://private.test:${port}/`, { policy: listed })).toMatchObject({ kind: "found" });
    expect(await get(`http://private.test:${port}/`, { policy: { allow: ["*"] } })).toEqual(
      refusedWith("ORIGINAL_NOT_ALLOWED"),
    );
  });

  test.each([
    "file:///etc/passwd",
    "ftp://127.0.0.1/a",
    "data:,x",
    "http://u@127.0.0.1/",
    "http://",
    "",
    "x",
  ])("%j", async (url) => {
    expect(await client()(url)).toEqual(refusedWith("ORIGINAL_NOT_ALLOWED"));
  });
});

describe("several candidates", () => {
  test("the next is asked when one gives no answer, and the scheme that worked comes first next time", async () => {
    let requests = 0;
    const at = await origin((_, response) => {
      requests += 1;
      response.end("bytes");
    });
    const get = client();
    const urls = [at.replace("http:", "https:"), at];
    expect(await get(urls)).toMatchObject({ kind: "found" });
    expect(await get(urls)).toMatchObject({ kind: "found" });
    expect(requests).toBe(2);
  });

  test("an answer, even a bad one, is the origin's word", async () => {
    const bad = await origin((_, response) => response.writeHead(500).end());
    const good = await origin((_, response) => response.end("bytes"));
    expect(await client()([bad, good])).toEqual(refusedWith("ORIGIN_BROKEN"));
  });

  test("none at all is a refusal", async () => {
    expect(await client()([])).toEqual(refusedWith("ORIGIN_BROKEN"));
  });
});

describe("a hostile origin", () => {
  const WORDS = [
    [
      "HTTP/1.1 200 OK\r\n",
      "HTTP/1.1 100 Continue\r\n\r\n",
      "HTTP/1.1 304 Not Modified\r\n",
      "HTTP/9.9 999\r\n",
    ],
    [
      "content-length: 5\r\n",
      "content-length: -1\r\n",
      "content-length: 99999999999999999999\r\n",
      "\r\n",
      "\r\n\r\n",
    ],
    [
      "transfer-encoding: chunked\r\n",
      "5\r\nhello\r\n",
      "0\r\n\r\n",
      "ffffffffffffffff\r\n",
      "location: http://10.0.0.1\r\n",
    ],
    [
      "HTTP/1.1 302 F\r\n",
      "etag: \u00ff\u0000\r\n",
      "age: -5, x\r\n",
      `x: ${"y".repeat(20_000)}\r\n`,
      "content-encoding: br\r\n",
    ],
    [
      "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
      "hello",
      "connection: close\r\n",
    ],
  ].flat();

  test("never makes a fetch reject, whatever it writes and however it ends", async () => {
    let script: { readonly words: readonly string[]; readonly ending: "end" | "reset" | "hang" };
    const at = await wire((socket) => {
      const { words, ending } = script;
      for (const word of words) socket.write(word, "latin1");
      if (ending === "end") socket.end();
      if (ending === "reset") socket.resetAndDestroy();
    });
    const get = client({ rateWindowMs: 50 });
    const word = fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...WORDS) },
      { weight: 1, arbitrary: fc.string() },
    );
    const conversation = fc.record({
      words: fc.array(word, { maxLength: 8 }),
      ending: fc.oneof(
        { weight: 5, arbitrary: fc.constantFrom("end" as const, "reset" as const) },
        { weight: 1, arbitrary: fc.constant("hang" as const) },
      ),
    });
    await fc.assert(
      fc.asyncProperty(conversation, async (next) => {
        script = next;
        const answer = await get(`${at}/a`, {
          policy: { timeoutMs: 60 },
          validators: { etag: '"a"', url: `${at}/a` },
        });
        expect(["found", "unchanged", "missing", "refused"]).toContain(answer.kind);
      }),
      { numRuns: 150 },
    );
  });

  test("that sends a body in millions of one-byte chunks costs bounded memory", async () => {
    const piece = Buffer.from("1\r\nx\r\n".repeat(10_000));
    const at = await wire((socket) => {
      socket.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
      const pour = () => {
        while (socket.writable && socket.write(piece));
      };
      socket.on("drain", pour);
      pour();
    });
    const before = process.memoryUsage().rss;
    const answer = await client()(at, { policy: { maxBytes: 1_000_000, timeoutMs: 15_000 } });
    expect(answer).toEqual(refusedWith("ORIGINAL_TOO_LARGE"));
    expect(process.memoryUsage().rss - before).toBeLessThan(300_000_000);
  });

  test("that closes a kept connection costs a second try, not the answer", async () => {
    let connections = 0;
    const server = createTcpServer((socket) => {
      connections += 1;
      socket.on("error", () => {});
      let asked = 0;
      socket.on("data", () => {
        asked += 1;
        if (asked === 1) socket.write("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello");
        else socket.destroy();
      });
    });
    const at = await listen(server);
    const get = client();
    expect(await get(at)).toMatchObject({ kind: "found" });
    expect(await get(at)).toMatchObject({ kind: "found" });
    expect(connections).toBe(2);
  });
});
