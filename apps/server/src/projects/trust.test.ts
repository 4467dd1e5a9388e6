import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Secret } from "../secrets/secret.ts";
import { createSources, type Sources } from "../sources/sources.ts";
import { describeOriginal } from "./originals.ts";
import { projectOf } from "./project.test.support.ts";
import { type AliasTarget, ORIGIN_DEFAULTS, type Project } from "./project.ts";

const project = (more: Partial<Project>, headers: Readonly<Record<string, string>> = {}): Project =>
  projectOf({
    name: "shop",
    hosts: ["img.shop.example", "cdn.shop.example"],
    source: { allow: [], allowPrivate: false, maxBytes: 1_000, timeoutMs: 2_000 },
    origins: {
      ...ORIGIN_DEFAULTS,
      headers: Object.entries(headers).map(([name, value]) => ({ name, value: new Secret(value) })),
    },
    ...more,
  });
const auth = (user: string) => ({ user, password: new Secret(`password of ${user}`) });
const placeOf = (
  of: Project,
  original: string,
  visitor = { host: "img.shop.example", address: "192.0.2.7" },
) => {
  const { location, recordKey, isForOne, name } = describeOriginal(of, original, "", visitor);
  if (location.kind !== "http") throw new Error("no URL");
  const { urls, dress } = location;
  return { urls, headers: dress?.headers, user: dress?.auth?.user, recordKey, isForOne, name };
};

describe("a password of an alias", () => {
  const shop = project({
    aliases: {
      _a_: { url: "https://h.example/media", auth: auth("outer") },
      _b_: { url: "http://h.example:8080/x", auth: auth("plain") },
      "_a_/in_": { url: "https://h.example/media/inner", auth: auth("inner") },
      _near_: { url: "_a_/near" },
    },
    source: { allow: ["h.example"], allowPrivate: false, maxBytes: 1, timeoutMs: 1 },
  });

  test("goes with every original below it, however it is written, and by the alias's own scheme", () => {
    const spellings = [
      "_a_/a.jpg",
      "https://h.example/media/a.jpg",
      "http://h.example/media/a.jpg",
      "h.example/media/x/../a.jpg",
    ];
    for (const each of spellings) {
      expect(placeOf(shop, each), each).toMatchObject({
        urls: ["https://h.example/media/a.jpg"],
        user: "outer",
      });
    }
    expect(placeOf(shop, "_near_/a.jpg")).toMatchObject({ user: "outer" });
    expect(placeOf(shop, "_a_/in_/a.jpg")).toMatchObject({ user: "inner" });
    expect(placeOf(shop, "https://h.example/media/inner/a.jpg")).toMatchObject({ user: "inner" });
    expect(placeOf(shop, "_b_/a.jpg")).toMatchObject({
      urls: ["http://h.example:8080/x/a.jpg"],
      user: "plain",
    });
  });

  test("goes nowhere else on its host", () => {
    for (const each of [
      "h.example/a.jpg",
      "h.example/mediaX/a.jpg",
      "h.example/media",
      "h.example:8443/media/a.jpg",
      "_a_/../x/media/a.jpg",
    ]) {
      let user: string | undefined;
      try {
        ({ user } = placeOf(shop, each));
      } catch {
        // It names nothing.
      }
      expect(user, each).toBeUndefined();
    }
    for (const each of ["_a_/..%2fa.jpg", "_a_/x%2F..%2F..%2Fa.jpg", "h.example/media/..%5Ca.jpg"]) {
      expect(() => placeOf(shop, each), each).toThrow(/ORIGINAL_NOT_NAMED|names no image/);
    }
  });
});

describe("headers of a project", () => {
  const own = { "x-key": "secret", "x-host": "for {{header.host}}", "x-fixed": "{{ header.host }}!" };

  test("go to hosts that the owner wrote down, and to no others", () => {
    const shop = project(
      {
        aliases: {
          _a_: { url: "https://a.example/x" },
          _h_: { url: "http://h.example" },
          _n_: { url: "n.example" },
        },
        prefix: "https://p.example:8443/y",
        source: {
          allow: ["*", "listed.example", "ported.example:443"],
          allowPrivate: false,
          maxBytes: 1,
          timeoutMs: 1,
        },
      },
      { "x-key": "secret" },
    );
    const told = (original: string) => placeOf(shop, original).headers?.["x-key"] === "secret";
    for (const each of [
      "_a_/a.jpg",
      "https://a.example/other.jpg",
      "_h_/a.jpg",
      "_n_/a.jpg",
      "a.jpg",
      "listed.example/a.jpg",
      "ported.example/a.jpg",
    ])
      expect(told(each), each).toBe(true);
    for (const each of [
      "other.example/a.jpg",
      "sub.listed.example/a.jpg",
      "sub.a.example/a.jpg",
      "p.example/a.jpg",
      "https://a.example:8443/a.jpg",
    ])
      expect(told(each), each).toBe(false);
  });

  test("are sent by https, and by http only where the owner wrote http", () => {
    const shop = project(
      {
        aliases: { _h_: { url: "http://h.example" }, _n_: { url: "n.example" } },
        source: { allow: ["l.example"], allowPrivate: false, maxBytes: 1, timeoutMs: 1 },
      },
      { "x-key": "secret" },
    );
    expect(placeOf(shop, "_n_/a.jpg").urls).toEqual(["https://n.example/a.jpg"]);
    expect(placeOf(shop, "http://l.example/a.jpg").urls).toEqual(["https://l.example/a.jpg"]);
    expect(placeOf(shop, "_h_/a.jpg").urls).toEqual(["http://h.example/a.jpg"]);
    expect(placeOf(shop, "h.example/a.jpg").urls).toEqual([
      "https://h.example/a.jpg",
      "http://h.example/a.jpg",
    ]);
  });

  test("that tell the host make an original of its own for each host of the project, and for no other", () => {
    const shop = project({ aliases: { _a_: { url: "https://a.example" } } }, own);
    const at = (host: string | undefined) =>
      placeOf(shop, "_a_/a.jpg", { host: host ?? "", address: "192.0.2.7" });
    expect(at("img.shop.example").headers).toMatchObject({
      "x-host": "for img.shop.example",
      "x-fixed": "img.shop.example!",
    });
    expect(at("cdn.shop.example").headers).toMatchObject({ "x-host": "for cdn.shop.example" });
    expect(at("cdn.shop.example:8080")).toEqual(at("cdn.shop.example"));
    expect(at("cdn.shop.example").recordKey).not.toBe(at("img.shop.example").recordKey);
    for (const made of ["evil.example", "shop.evil.example", "x\r\ny: z", ""])
      expect(at(made)).toEqual(at("img.shop.example"));
    expect(new Set([at("img.shop.example"), at("cdn.shop.example")].map(({ name }) => name)).size).toBe(1);
  });

  test("that tell the visitor's address make the answer his alone", () => {
    const shop = project({ aliases: { _a_: { url: "https://a.example" } } }, { "x-ip": "{{req.ip}}" });
    const from = (address: string) => placeOf(shop, "_a_/a.jpg", { host: "img.shop.example", address });
    expect(from("::ffff:192.0.2.7")).toMatchObject({ headers: { "x-ip": "192.0.2.7" }, isForOne: true });
    expect(from("192.0.2.7").recordKey).not.toBe(from("192.0.2.8").recordKey);
    expect(describeOriginal(shop, "_a_/a.jpg").location).toMatchObject({ dress: { headers: {} } });
    expect(placeOf(shop, "other.example/a.jpg")).toMatchObject({ isForOne: false });
  });
});

describe("over the wire", () => {
  const seen: { readonly at: string; readonly headers: IncomingHttpHeaders }[] = [];
  let sources: Sources;
  let ports: readonly number[];
  const servers = ["first", "second"].map((at) =>
    createServer((request, response) => {
      seen.push({ at, headers: request.headers });
      const other = at === "first" ? ports[1] : ports[0];
      if (request.url?.endsWith("away.jpg"))
        response.writeHead(302, { location: `http://127.0.0.1:${other}/x.jpg` }).end();
      else if (request.url?.endsWith("here.jpg")) response.writeHead(302, { location: "/x/found.jpg" }).end();
      else response.end("read");
    }),
  );
  beforeEach(async () => {
    seen.length = 0;
    for (const server of servers)
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    ports = servers.map((server) => (server.address() as AddressInfo).port);
    sources = createSources({ dataFolder: "/nonexistent" });
  });
  afterEach(async () => {
    await sources.close();
    for (const server of servers) await new Promise((resolve) => server.close(resolve));
  });

  test("password and headers go to the alias's host, also behind its own redirect, and to no other host", async () => {
    const target: AliasTarget = {
      url: `http://127.0.0.1:${ports[0]}/x`,
      auth: { user: "ü", password: new Secret("p:w") },
    };
    const shop = project(
      {
        aliases: { _a_: target },
        source: { allow: [`127.0.0.1:${ports[1]}`], allowPrivate: true, maxBytes: 1_000, timeoutMs: 2_000 },
      },
      { "x-key": "secret" },
    );
    for (const name of ["here", "away"]) {
      const { location, policy } = describeOriginal(shop, `_a_/${name}.jpg`);
      const fetched = await sources.fetch(location, { policy, fresh: false }, AbortSignal.timeout(5_000));
      expect(fetched).toMatchObject({ kind: "found" });
    }
    const basic = `Basic ${Buffer.from("ü:p:w").toString("base64")}`;
    expect(seen.map(({ at, headers }) => [at, headers.authorization, headers["x-key"]])).toEqual([
      ["first", basic, "secret"],
      ["first", basic, "secret"],
      ["first", basic, "secret"],
      ["second", undefined, undefined],
    ]);
  });
});
