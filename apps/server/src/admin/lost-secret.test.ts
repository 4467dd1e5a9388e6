import { afterAll, expect, test } from "vitest";
import { startFleet } from "../instances/fleet.test.support.ts";
import { createSealedBox } from "../secrets/sealed-box.ts";
import { readSecretKeys } from "../secrets/secret-key.ts";
import { hostOf, makeProject } from "./api.test.support.ts";

const fleet = await startFleet();
afterAll(() => fleet.stop());

function boxOf(...keys: readonly string[]) {
  const read = readSecretKeys(keys.map((each) => each.repeat(64)).join(","));
  if ("fault" in read) throw new Error(read.fault);
  return createSealedBox(read);
}

test("a project whose secrets are sealed with a key that is gone can be mended through the API", async () => {
  const settings = (password: string) => ({
    aliases: { _site_: { url: fleet.origin, user: "u", password } },
    origins: { allowPrivate: true },
  });
  const before = await fleet.start({ name: "before", box: boxOf("a") });
  const made = await makeProject(before, "lost", settings("correct horse"));
  const mask = made.body.settings.aliases._site_.password;
  await before.stop();

  const after = await fleet.start({ name: "after", box: boxOf("b") });
  fleet.publish("/a.jpg");
  const get = () => after.get("/a.jpg", { host: hostOf("lost") });
  expect((await get()).status).toBe(404);
  expect(await after.ask("GET", "/projects/lost")).toMatchObject({
    status: 200,
    headers: { etag: '"1"' },
    body: { settings: settings(mask) },
  });
  const headers = { "if-match": '"1"' };
  const put = (password: string) =>
    after.ask("PUT", "/projects/lost", { headers, body: { settings: settings(password) } });
  const refused = {
    status: 422,
    body: { code: "SETTINGS_WRONG", errors: [{ pointer: "/settings/aliases/_site_/password" }] },
  };
  expect(await put(mask)).toMatchObject(refused);
  expect(await after.ask("POST", "/projects/lost/versions/1/restore", { headers })).toMatchObject(refused);
  expect(await put("another horse")).toMatchObject({ status: 200, headers: { etag: '"2"' } });
  expect((await get()).status).toBe(200);
});
