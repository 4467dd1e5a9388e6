import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isShade, type Shade, shadeOf } from "../support/origin.ts";
import { varnishIsMissing } from "../support/varnish.ts";
import { type EventLine, type Installation, startInstallation } from "./installation.ts";
import { paint } from "./paint.ts";

const RED: Shade = { red: 200, green: 30, blue: 30 };
const BLUE: Shade = { red: 30, green: 60, blue: 200 };
const missing = await varnishIsMissing();

describe.skipIf(missing)(`a picture that changes in Contentful ${missing ?? ""}`, () => {
  let all: Installation;
  beforeAll(async () => {
    all = await startInstallation();
  }, 180_000);
  afterAll(() => all?.stop());

  test("core path", async () => {
    const { one } = all.spaces;
    const editor = all.editor(one);
    const where = { spaceId: one.space, environmentId: "master" };
    one.store.uploads.set("https://up.example/red.jpg", await paint(RED));
    one.store.uploads.set("https://up.example/blue.jpg", await paint(BLUE));
    const file = (colour: string) => ({
      contentType: "image/jpeg",
      fileName: "hat.jpg",
      upload: `https://up.example/${colour}.jpg`,
    });
    const draft = await editor.asset.createWithId?.(
      { ...where, assetId: "hat" },
      { fields: { title: { "en-US": "Hat" }, file: { "en-US": file("red") } } },
    );
    const processed = await editor.asset.processForAllLocales?.({ ...where }, draft, { processingCheckWait: 50 });
    await editor.asset.publish?.({ ...where, assetId: "hat" }, processed);
    await expect
      .poll(async () => (await all.call("POST events", { asset: "hat" })).body.events, { timeout: 20_000 })
      .toEqual([]);
    void ({} as EventLine);
    void isShade;
    void shadeOf;
  });
});
