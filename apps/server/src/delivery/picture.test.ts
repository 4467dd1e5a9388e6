import { afterAll, beforeAll, expect, test } from "vitest";
import { change, done, hostOf, makeProject } from "../admin/api.test.support.ts";
import { type Fleet, type Instance, startFleet } from "../instances/fleet.test.support.ts";

let fleet: Fleet;
let server: Instance;

beforeAll(async () => {
  fleet = await startFleet();
  server = await fleet.start({ name: "a", isAlone: true });
  fleet.publish("/hat.gif");
  for (const name of ["shop", "blog"]) {
    const aliases = { _site_: fleet.origin };
    await makeProject(server, name, {
      aliases,
      origins: { allowPrivate: true },
      hosts: [`img.${name}.example`],
    });
  }
});
afterAll(() => fleet.stop());

const look = async (target: string, more = "", project = "shop") => {
  const url = `/projects/${project}/picture?url=${encodeURIComponent(target)}${more}`;
  const headers = { "x-client-key": "admin_0123456789abcdef" };
  const answer = await server.server.app.inject({ url, headers });
  return { status: answer.statusCode, headers: answer.headers };
};

test("a picture of any project is shown under the host of the API, as its own host would deliver it", async () => {
  const { status, headers } = await look("/v7/_site_/hat.gif?w=4");
  expect(status).toBe(200);
  expect(headers).toMatchObject({
    "cache-control": "no-store",
    "cdn-cache-control": "no-store",
    "freshet-cache-control": "public, max-age=60",
    "cache-status": "freshet; fwd=miss",
    "content-type": "image/gif",
  });
  const delivered = await server.get("/hat.gif?w=4", { host: "img.shop.example" });
  expect([delivered.status, delivered.headers.etag]).toEqual([200, headers.etag]);
  expect(String(headers["freshet-info"])).toContain("format=gif");
  expect(String(headers["freshet-info"])).toContain('transformation="w=4"');
  expect((await look("https://elsewhere.example/v7/_site_/hat.gif?w=4")).headers["cache-status"]).toBe(
    "freshet; hit; detail=memory",
  );
});

test("what is delivered as a file is shown as a picture", async () => {
  const { status, headers } = await look("/v7/_site_/hat.gif?func=proxy");
  expect([status, headers["content-type"]]).toEqual([200, "image/gif"]);
  expect(String(headers["freshet-info"])).toContain("format=gif");
});

test("no page of another host may read it", async () => {
  for (const url of ["/v7/_site_/hat.gif", "/v7/https://not.example/a.gif"]) {
    const { headers } = await look(url);
    expect(Object.keys(headers).filter((name) => /^access-control|^timing-allow/.test(name))).toEqual([]);
  }
});

test("why there is none stands beside the placeholder, which nobody keeps", async () => {
  const codeOf = async (url: string) => {
    const { status, headers } = await look(url);
    expect([headers["cache-control"], headers["content-type"]]).toEqual(["no-store", "image/png"]);
    return [status, headers["freshet-error"]];
  };
  expect(await codeOf("/v7/https://not.example/a.gif")).toEqual([403, "ORIGINAL_NOT_ALLOWED"]);
  expect(await codeOf("/v7/")).toEqual([404, "ORIGINAL_NOT_NAMED"]);
  expect((await look("")).status).toBe(400);
  expect((await look("/v7/_site_/hat.gif", "&as=anything")).status).toBe(400);
});

test("as original it is shown without what the URL and the project ask of it", async () => {
  const aliases = { _site_: fleet.origin };
  const origins = { allowPrivate: true };
  const shop = { aliases, origins, hosts: ["img.shop.example"] };
  const { body } = await change(server, "shop", { ...shop, defaults: "gray=1&w=2" });
  await done(server, "shop", body.invalidations);
  const asked = await look("/v7/_site_/hat.gif?blur=5");
  const original = await look("/v7/_site_/hat.gif?blur=5", "&as=original");
  expect(String(asked.headers["freshet-info"])).toContain('transformation="w=2&gray=1&blur=5"');
  expect(String(original.headers["freshet-info"])).toContain(
    'transformation="w=1600&h=1600&func=bound&org_if_sml=1"',
  );
  expect(asked.headers.etag).not.toBe(original.headers.etag);
  const again = await change(server, "shop", shop);
  await done(server, "shop", again.body.invalidations);
});

test("what a project refuses is refused here too, and explained with the hosts that it has", async () => {
  const aliases = { _site_: fleet.origin };
  const security = { salt: "0123456789abcdef0123456789abcdef" };
  await makeProject(server, "closed", { aliases, origins: { allowPrivate: true }, security });
  for (const more of ["", "&as=original"]) {
    const { status, headers } = await look("/v7/_site_/hat.gif", more, "closed");
    expect([status, headers["freshet-error"]]).toEqual([403, "SIGNATURE_MISSING"]);
  }
  const hosts = async (project: string, headers = {}) =>
    (await server.ask("GET", `/projects/${project}/explain?url=/v7/_site_/hat.gif`, { headers })).body.hosts;
  expect(await hosts("shop")).toEqual(["img.shop.example"]);
  expect(await hosts("closed")).toEqual([]);
  const host = hostOf("closed");
  expect(await hosts("closed", { host })).toEqual([host]);
});
