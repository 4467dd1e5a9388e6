import { hash } from "node:crypto";
import { render } from "@freshet/core/resize";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Fleet, type Instance, startFleet } from "../instances/fleet.test.support.ts";
import { done, hostOf, makeProject, twoProjects } from "./api.test.support.ts";

let fleet: Fleet;
let a: Instance;
let b: Instance;
beforeAll(async () => {
  fleet = await startFleet();
  a = await fleet.start({ name: "a", projects: twoProjects });
  b = await fleet.start({ name: "b", role: "delivery", projects: twoProjects });
  await makeProject(a, "shop", {
    aliases: { _files_: { files: true }, _again_: { files: true }, _site_: fleet.origin },
    origins: { allowPrivate: true },
    formats: [],
    watermark: "_files_/logo.png",
    missing: { file: "gone.png" },
  });
  await makeProject(a, "rival", { aliases: { _files_: { files: true } }, formats: [] });
});
afterAll(() => fleet.stop());

const drawing = (colour: string, size: number) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}"><rect width="100%" height="100%" fill="${colour}"/></svg>`;
const picture = async (colour: string, size = 40) =>
  Buffer.from((await render(new TextEncoder().encode(drawing(colour, size)), {}, { format: "png" })).bytes);

async function put(name: string, body: Buffer | string, headers: Record<string, string> = {}) {
  const answer = await a.server.app.inject({
    method: "PUT",
    url: `/projects/shop/files/${name}`,
    headers: { authorization: "Bearer admin_0123456789abcdef", "content-type": "image/png", ...headers },
    payload: body,
  });
  return { status: answer.statusCode, headers: answer.headers, body: answer.json() };
}

const get = async (instance: Instance, url: string, host = hostOf("shop")) => {
  const { statusCode, rawPayload, headers } = await instance.server.app.inject({ url, headers: { host } });
  return { status: statusCode, digest: hash("sha256", rawPayload), headers };
};
/** What the API gives, as bytes. */
const kept = (name: string) =>
  a.server.app.inject({
    url: `/projects/shop/files/${name}`,
    headers: { authorization: "Bearer admin_0123456789abcdef" },
  });

test("a picture that is replaced is another one on everything made with it, on every instance, once that is Done", async () => {
  const red = await put("logo.png", await picture("red"));
  expect(red).toMatchObject({ status: 201, body: { format: "png", width: 40, height: 40 } });
  expect(red.body).toMatchObject({
    paths: ["/_files_/logo.png", "/_again_/logo.png"],
    uses: ["watermark"],
    principal: "configuration",
  });
  expect(red.headers.etag).toBe(`"${red.body.digest}"`);
  expect((await put("base.png", await picture("white", 200))).status).toBe(201);
  // What is new is served by every instance within a second.
  await expect.poll(async () => (await get(b, "/v7/_files_/base.png")).status).toBe(200);
  const urls = ["/v7/_again_/logo.png?w=20", "/v7/_files_/base.png?wat=1&wat_scale=100"];
  const before = await Promise.all(urls.flatMap((url) => [get(a, url), get(b, url)]));
  expect(before.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  const { status, body } = await put("logo.png", await picture("blue"));
  expect(status).toBe(200);
  const [entry] = await done(a, "shop", [body.invalidation]);
  expect(entry).toMatchObject({
    status: "DONE",
    cause: { kind: "settings", id: "file logo.png" },
    urls: { invalidated: ["/_files_/logo.png"] },
  });
  const after = await Promise.all(urls.flatMap((url) => [get(a, url), get(b, url)]));
  for (const [at, each] of after.entries()) expect(each.digest).not.toBe(before[at]?.digest);
  expect(after[0]?.digest).toBe(after[1]?.digest);
  expect(after[2]?.digest).toBe(after[3]?.digest);
  // The same bytes again change nothing, and nothing is invalidated.
  const again = await put("logo.png", await picture("blue"));
  expect(again).toMatchObject({ status: 200 });
  expect(again.body.invalidation).toBeUndefined();
  // Another project has files of its own.
  expect((await get(a, "/v7/_files_/logo.png", hostOf("rival"))).status).toBe(404);
});

test("nothing that is there is replaced against a precondition, and nothing that is not is", async () => {
  const [one, other] = await Promise.all([picture("orange"), picture("purple")]);
  const refused = { status: 412, body: { code: "VERSION_OUTDATED" } };
  expect(await put("first.png", one, { "if-match": "*" })).toMatchObject(refused);
  const made = await put("first.png", one, { "if-none-match": "*" });
  expect(made.status).toBe(201);
  for (const body of [one, other])
    expect(await put("first.png", body, { "if-none-match": "*" })).toMatchObject(refused);
  expect((await kept("first.png")).rawPayload.equals(one)).toBe(true);
  expect((await put("first.png", other, { "if-match": String(made.headers.etag) })).status).toBe(200);
  expect(await put("first.png", one, { "if-match": String(made.headers.etag) })).toMatchObject(refused);
  expect((await put("first.png", one, { "if-match": "*" })).status).toBe(200);
  await a.ask("DELETE", "/projects/shop/files/first.png");
  expect((await put("first.png", other, { "if-none-match": "*" })).status).toBe(201);
  await a.ask("DELETE", "/projects/shop/files/first.png");
});

test("one that is removed is missing at once, and its place can be taken again", async () => {
  await put("short.png", await picture("green"));
  expect((await get(b, "/v7/_files_/short.png")).status).toBe(200);
  const gone = await a.ask("DELETE", "/projects/shop/files/short.png");
  expect(gone.status).toBe(200);
  await done(a, "shop", [gone.body.invalidation]);
  for (const instance of [a, b]) expect((await get(instance, "/v7/_files_/short.png")).status).toBe(404);
  expect((await a.ask("DELETE", "/projects/shop/files/short.png")).body.code).toBe("FILE_UNKNOWN");
  expect((await put("short.png", await picture("green"))).status).toBe(201);
  const { body } = await a.ask("GET", "/audit?project=shop&limit=100");
  const actions = body.changes.map(({ action, subject }: Record<string, string>) => `${action} ${subject}`);
  expect(actions).toEqual(expect.arrayContaining(["file.deleted short.png", "file.uploaded short.png"]));
});

test("the placeholder is the uploaded one wherever it is there, within a moment", async () => {
  const missing = async (instance: Instance) => (await get(instance, "/v7/_files_/no-such.png")).digest;
  const common = await missing(b);
  await put("gone.png", await picture("black", 64));
  for (const instance of [a, b]) await expect.poll(() => missing(instance)).not.toBe(common);
  const first = await missing(b);
  expect(await missing(a)).toBe(first);
  await put("gone.png", await picture("yellow", 64));
  await expect.poll(() => missing(b)).not.toBe(first);
  await a.ask("DELETE", "/projects/shop/files/gone.png");
  for (const instance of [a, b]) await expect.poll(() => missing(instance)).toBe(common);
});

test("what is no picture, is too large or badly named is refused, whatever it is called", async () => {
  const png = await picture("red");
  const cases: readonly (readonly [string, Buffer | string, Record<string, string>, number, string])[] = [
    ["page.png", "<html><script>alert(1)</script>", {}, 415, "FILE_NO_IMAGE"],
    ["cut.png", png.subarray(0, 40), {}, 415, "FILE_NO_IMAGE"],
    ["empty.png", "", {}, 415, "FILE_NO_IMAGE"],
    ["text.png", png, { "content-type": "text/plain" }, 415, "FILE_NO_IMAGE"],
    ["form.png", png, { "content-type": "multipart/form-data" }, 400, "BODY_UNREADABLE"],
    ["json.png", "{}", { "content-type": "application/json" }, 415, "FILE_NO_IMAGE"],
    ["big.png", Buffer.concat([png, Buffer.alloc(2 ** 20)]), {}, 413, "BODY_TOO_LARGE"],
    ["..%2f..%2fx.png", png, {}, 400, "FILE_NAME_WRONG"],
    [".hidden.png", png, {}, 400, "FILE_NAME_WRONG"],
    ["%3Cimg%3E.png", png, {}, 400, "FILE_NAME_WRONG"],
    ["match.png", png, { "if-match": `"${"0".repeat(64)}"` }, 412, "VERSION_OUTDATED"],
  ];
  for (const [name, body, headers, status, code] of cases) {
    const answer = await put(name, body, headers);
    expect([name, answer.status, answer.body.code]).toEqual([name, status, code]);
  }
  const broken = drawing("red", 40).replace("/></svg>", "></svg>");
  expect((await put("broken.svg", broken)).body.code).toBe("FILE_NO_IMAGE");
  const { body } = await a.ask("GET", "/projects/shop/files?limit=100");
  const names = body.files.map(({ name }: { name: string }) => name);
  expect(names.filter((name: string) => cases.some(([each]) => each === name))).toEqual([]);
});

test("a drawing is kept without what runs, loads or leads anywhere, and shown as no page", async () => {
  const hostile = drawing("red", 40).replace(
    "<rect",
    '<script>alert(1)</script><image href="https://spy.example/x.png"/><rect onclick="alert(2)"',
  );
  const answer = await put("drawing.svg", hostile, { "content-type": "image/svg+xml" });
  expect(answer).toMatchObject({ status: 201, body: { format: "svg", width: 40, height: 40 } });
  const shown = await kept("drawing.svg");
  expect(shown.body).not.toMatch(/script|onclick|spy/);
  expect(shown.headers).toMatchObject({
    "content-type": "image/svg+xml",
    "content-security-policy": expect.stringContaining("sandbox"),
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
  });
  expect((await kept("no-such.svg")).json()).toMatchObject({ code: "FILE_UNKNOWN" });
});

test("there are never more than a project may have, and they end with it", async () => {
  const png = await picture("red", 1);
  await makeProject(a, "full", { aliases: { _files_: { files: true } } });
  const upload = (name: string) =>
    a.server.app.inject({
      method: "PUT",
      url: `/projects/full/files/${name}`,
      headers: { authorization: "Bearer admin_0123456789abcdef", "content-type": "image/png" },
      payload: png,
    });
  for (let n = 0; n < 50; n += 1) expect((await upload(`${n}.png`)).statusCode).toBe(201);
  expect((await upload("more.png")).json()).toMatchObject({ code: "FILES_FULL", status: 409 });
  expect((await upload("7.png")).statusCode).toBe(200);
  const { headers } = await a.ask("GET", "/projects/full");
  const ended = await a.ask("DELETE", "/projects/full", { headers: { "if-match": String(headers.etag) } });
  expect(ended.status).toBe(200);
  await makeProject(a, "full", { aliases: { _files_: { files: true } } });
  expect((await a.ask("GET", "/projects/full/files")).body).toEqual({ files: [] });
});
