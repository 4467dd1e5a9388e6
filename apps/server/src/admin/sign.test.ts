import { afterAll, beforeAll, expect, test } from "vitest";
import { type Fleet, type Instance, startFleet } from "../instances/fleet.test.support.ts";
import { hostOf, makeProject } from "./api.test.support.ts";

let fleet: Fleet;
let a: Instance;
beforeAll(async () => {
  fleet = await startFleet();
  a = await fleet.start({ name: "a" });
  await makeProject(a, "shop", {
    aliases: { _site_: fleet.origin },
    origins: { allowPrivate: true },
    security: { salt: "the newest salt of all\nan older one" },
    presets: { teaser: "w=40" },
  });
  await makeProject(a, "open", {});
});
afterAll(() => fleet.stop());

const sign = (body: object, project = "shop") => a.ask("POST", `/projects/${project}/sign`, { body });
const status = async (url: string) =>
  (await a.server.app.inject({ url, headers: { host: hostOf("shop") } })).statusCode;

test.each([
  ["fr_sig", {}, "everything"],
  ["ci_sign", {}, "everything"],
  ["ci_seal", { sealed: "w=30" }, "sealed"],
])("%s makes a URL that delivery takes, and not one letter of it may change", async (by, more, covers) => {
  const { body } = await sign({ url: "/v7/_site_/hat.gif", by, ...more });
  expect(body.explanation).toMatchObject({ signature: { by, covers } });
  expect(body.explanation.refused).toBeUndefined();
  expect(await status(body.url)).toBe(200);
  expect(await status(body.url.replace("hat.gif", "cap.gif"))).toBe(403);
  expect(JSON.stringify(body)).not.toContain("the newest salt");
});

test("a URL may end, and is whole where it was sent whole", async () => {
  const ends = new Date(Date.now() + 3_600_000).toISOString();
  const { body } = await sign({ url: "https://shop.images.example/v7/_site_/hat.gif?w=3", expires_at: ends });
  expect(body.url).toMatch(/^https:\/\/shop\.images\.example\/v7\/_site_\/hat\.gif\?w=3&fr_exp=\d+&fr_sig=/);
  expect(body.explanation.signature.expires).toBe(`${ends.slice(0, 19)}.000Z`);
  const past = await sign({ url: "/v7/_site_/hat.gif", expires_at: "2020-01-01T00:00:00Z" });
  expect(past.body.explanation.refused.code).toBe("URL_EXPIRED");
});

test.each([
  [{ url: "/v7/_site_/hat.gif?ci_sign=00" }, 400, "BODY_UNREADABLE"],
  [{ url: "hat.gif" }, 400, "BODY_UNREADABLE"],
  [{ url: "/v7/_site_/hat.gif", sealed: "w=3" }, 400, "BODY_UNREADABLE"],
  [{ url: "/v7/_site_/hat.gif", by: "md5" }, 400, "BODY_UNREADABLE"],
  [{ url: "/v7/_site_/hat.gif", expires_at: "9999-99-99T99:99:99Z" }, 400, "BODY_UNREADABLE"],
  [{ url: "" }, 400, "BODY_UNREADABLE"],
])("%j is refused", async (body, code, name) => {
  expect(await sign(body)).toMatchObject({ status: code, body: { code: name } });
});

test("a project without a salt signs nothing", async () => {
  expect(await sign({ url: "/v7/x" }, "open")).toMatchObject({ status: 409, body: { code: "SALT_MISSING" } });
});

test("a change of rules can be looked at before it is saved", async () => {
  const { body } = await a.ask("GET", "/projects/shop");
  const settings = { ...body.settings, rules: [{ match: "_site_/teasers/", parameters: "p=teaser" }] };
  const url = "/v7/_site_/teasers/hat.gif?h=9";
  const now = await a.ask("GET", `/projects/shop/explain?url=${encodeURIComponent(url)}`);
  expect(now.body.preset).toBeUndefined();
  const then = await a.ask("POST", "/projects/shop/explain", { body: { url, settings } });
  expect(then.body).toMatchObject({
    preset: "teaser",
    parameters: [{ name: "w" }, { name: "h" }, { name: "p" }],
  });
  expect((await a.ask("GET", "/projects/shop")).body).toEqual(body);
  const wrong = { ...settings, rules: [{ match: "x", parameters: "p=none" }] };
  const refused = await a.ask("POST", "/projects/shop/explain", { body: { url, settings: wrong } });
  expect(refused.body.errors).toMatchObject([{ pointer: "/settings/rules/0/parameters" }]);
});
