import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isShade, type Shade } from "../support/origin.ts";
import { varnishIsMissing } from "../support/varnish.ts";
import { type Editor, editorOf, invalidated, settled } from "./editor.ts";
import { type Installation, startInstallation, type View } from "./installation.ts";
import type { AssetBody } from "./toolkit.ts";

const RED: Shade = { red: 200, green: 30, blue: 30 };
const BLUE: Shade = { red: 30, green: 60, blue: 200 };
const GREEN: Shade = { red: 30, green: 160, blue: 60 };
const ACCEPTS = ["image/avif,image/webp,*/*;q=0.8", "image/webp,*/*;q=0.8", "*/*"];

const missing = await varnishIsMissing();

describe.skipIf(missing)(`a picture that changes in Contentful ${missing ?? ""}`, () => {
  let all: Installation;
  let editor: Editor;
  beforeAll(async () => {
    all = await startInstallation();
    editor = editorOf(all, all.spaces.one);
  }, 240_000);
  afterAll(() => all?.stop());

  /** Every variant of an original that a page may show. */
  const variants = (original: string): Promise<readonly View[]> =>
    Promise.all(
      [100, 200].flatMap((w) => ACCEPTS.map((accept) => all.see("one", original, `w=${w}`, accept))),
    );
  const expectShade = async (original: string, shade: Shade) => {
    for (const view of await variants(original)) {
      expect(view.status, `${original} ${view.code}`).toBe(200);
      expect(isShade(view.shade, shade), `${original} is ${JSON.stringify(view.shade)}`).toBe(true);
    }
  };
  /** Puts every variant into the node, so that there is something to get rid of. */
  const warm = async (original: string, shade: Shade) => {
    await variants(original);
    await expectShade(original, shade);
    expect((await variants(original)).every(({ isHit }) => isHit)).toBe(true);
  };
  const expectStatus = async (original: string, status: number) => {
    for (const view of await variants(original)) expect([original, view.status]).toEqual([original, status]);
  };
  const fileOf = (asset: AssetBody, locale = "en-US") => `http:${asset.fields.file?.[locale]?.url}`;
  const sortedNames = (asset: string) => [
    `ctf:space1/${asset}`,
    `ctf:space1/${asset}/de`,
    `ctf:space1/${asset}/en-US`,
  ];
  const setPolicy = async (policy: object) => {
    const { status, body } = await all.call("PUT policy", policy);
    expect([status, body.code]).toEqual([200, undefined]);
  };
  /** What an event led to: its reason, and the originals that were named. */
  const outcome = async (asset: string, topic: string) => {
    const { reason, state, event } = await settled(all, asset, topic);
    const named = (await invalidated(all)).filter(({ id }) => id === event).flatMap(({ urls }) => urls);
    return { reason, state, named: named.toSorted() };
  };

  test("is new under its stable id and under its new address once its file was replaced", async () => {
    const first = await editor.publish("hat", { "en-US": RED });
    await settled(all, "hat", "Asset.publish");
    for (const original of ["ctf:space1/hat", "ctf:space1/hat/de", fileOf(first)]) await warm(original, RED);

    const second = await editor.publish("hat", { "en-US": BLUE });
    expect(fileOf(second)).not.toBe(fileOf(first));
    const { reason, state, named } = await outcome("hat", "Asset.publish");
    expect([state, reason]).toEqual(["done", "Published: en-US has another file. 4 files invalidated."]);
    expect(named).toEqual([...sortedNames("hat"), fileOf(first)].toSorted());
    for (const original of ["ctf:space1/hat", "ctf:space1/hat/de", "ctf:space1/hat/en-US", fileOf(second)])
      await expectShade(original, BLUE);
    // The old address still shows the old file: Contentful serves it on.
    await expectShade(fileOf(first), RED);
  });

  test("stays in every cache when only its title changed", async () => {
    await editor.publish("scarf", { "en-US": RED, de: GREEN });
    await settled(all, "scarf", "Asset.publish");
    await warm("ctf:space1/scarf", RED);
    await warm("ctf:space1/scarf/de", GREEN);
    await editor.rename("scarf", "A red scarf");
    const { reason, state, named } = await outcome("scarf", "Asset.publish");
    expect([state, reason]).toEqual([
      "nothing-to-do",
      "Published; no file changed, only what is said about it.",
    ]);
    expect(named).toEqual([]);
    expect((await variants("ctf:space1/scarf")).every(({ isHit }) => isHit)).toBe(true);
  });

  test("is replaced in one locale alone", async () => {
    const first = await editor.publish("shoe", { "en-US": RED, de: GREEN });
    await settled(all, "shoe", "Asset.publish");
    await warm("ctf:space1/shoe", RED);
    await warm("ctf:space1/shoe/de", GREEN);
    await editor.replace("shoe", "de", BLUE);
    const { reason, named } = await outcome("shoe", "Asset.publish");
    expect(reason).toBe("Published: de has another file. 2 files invalidated.");
    expect(named).toEqual(["ctf:space1/shoe/de", fileOf(first, "de")].toSorted());
    await expectShade("ctf:space1/shoe/de", BLUE);
    expect((await variants("ctf:space1/shoe")).every(({ isHit }) => isHit)).toBe(true);
  });

  test("is forgotten when it is unpublished, and comes back; Contentful serves its file on", async () => {
    await setPolicy({ unpublished: "purge", deleted: "purge" });
    const hat = await editor.publish("cap", { "en-US": RED });
    await settled(all, "cap", "Asset.publish");
    await warm("ctf:space1/cap", RED);
    await warm(fileOf(hat), RED);
    await editor.unpublish("cap");
    const { reason, named } = await outcome("cap", "Asset.unpublish");
    expect(reason).toBe("Unpublished. Forgotten; Contentful itself serves the file on. 4 files invalidated.");
    expect(named).toEqual([...sortedNames("cap"), fileOf(hat)].toSorted());
    await expectStatus("ctf:space1/cap", 404);
    await expectStatus(fileOf(hat), 200);

    await editor.republish("cap");
    expect((await outcome("cap", "Asset.publish")).reason).toBe(
      "Published again: en-US has a file now. 3 files invalidated.",
    );
    await expectShade("ctf:space1/cap", RED);
  });

  test("is shown to nobody while it is unpublished, where the policy says so", async () => {
    await setPolicy({ unpublished: "block" });
    const glove = await editor.publish("glove", { "en-US": RED });
    await settled(all, "glove", "Asset.publish");
    for (const original of ["ctf:space1/glove", fileOf(glove)]) await warm(original, RED);
    await editor.unpublish("glove");
    expect((await outcome("glove", "Asset.unpublish")).reason).toBe(
      "Unpublished. Blocked, as the policy says. 4 files invalidated.",
    );
    for (const original of ["ctf:space1/glove", "ctf:space1/glove/de", fileOf(glove)])
      await expectStatus(original, 410);

    await editor.archive("glove");
    expect(await outcome("glove", "Asset.archive")).toEqual({
      state: "nothing-to-do",
      reason: "Archived. It was not published any more.",
      named: [],
    });
    await all.editor(all.spaces.one).asset.unarchive?.({
      ...{ spaceId: "space1", environmentId: "master", assetId: "glove" },
    });
    await editor.republish("glove");
    expect((await outcome("glove", "Asset.publish")).reason).toBe(
      "Published again: en-US has a file now. The block ended. 4 files invalidated.",
    );
    for (const original of ["ctf:space1/glove", fileOf(glove)]) await expectShade(original, RED);
  });

  test("is blocked once it is deleted, where the policy blocks what is deleted alone", async () => {
    await setPolicy({ unpublished: "purge", deleted: "block" });
    const belt = await editor.publish("belt", { "en-US": RED });
    await settled(all, "belt", "Asset.publish");
    await warm(fileOf(belt), RED);
    await editor.unpublish("belt");
    await settled(all, "belt", "Asset.unpublish");
    await expectStatus(fileOf(belt), 200);
    await editor.remove("belt");
    expect((await outcome("belt", "Asset.delete")).reason).toBe(
      "Deleted. Blocked, as the policy says. 4 files invalidated.",
    );
    for (const original of ["ctf:space1/belt", fileOf(belt)]) await expectStatus(original, 410);
    const { body } = await all.call("GET blocks");
    expect(JSON.stringify(body)).toContain(fileOf(belt));
  });

  test("stands for the file of another environment once the alias is switched", async () => {
    const { one } = all.spaces;
    await editor.publish("sock", { "en-US": RED });
    await editor.publish("tie", { "en-US": RED });
    await settled(all, "sock", "Asset.publish");
    await settled(all, "tie", "Asset.publish");
    one.store.clone("master-2026-11", "master-2026-12");
    one.events.state.mode = "lost";
    await editorOf(all, one, "master-2026-12").publish("sock", { "en-US": GREEN });
    one.events.state.mode = "sent";
    await warm("ctf:space1/sock", RED);
    await warm("ctf:space1/tie", RED);
    await one.switchAlias("master", "master-2026-12");
    const { event, reason } = await aliasEvent();
    expect(reason).toBe("master stands for master-2026-12 now, not for master-2026-11. 3 files invalidated.");
    const named = (await invalidated(all)).filter(({ id }) => id === event).flatMap(({ urls }) => urls);
    expect(named.toSorted()).toEqual(sortedNames("sock"));
    await expectShade("ctf:space1/sock", GREEN);
    expect((await variants("ctf:space1/tie")).every(({ isHit }) => isHit)).toBe(true);
    // What happens in the environment that was left changes nothing that visitors see.
    await editorOf(all, one, "master-2026-11").publish("sock", { "en-US": BLUE });
    await settled(all, "sock", "Asset.publish");
    await expectShade("ctf:space1/sock", GREEN);
  });

  async function aliasEvent() {
    for (const end = Date.now() + 30_000; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
      const { body } = await all.call("POST events", { limit: 50 });
      const lines = body.events as readonly { topic: string; state: string; reason: string; event: string }[];
      const line = lines.find(({ topic }) => topic === "EnvironmentAlias.change_target");
      if (line?.state === "done") return line;
      if (Date.now() > end) throw new Error(`${JSON.stringify(lines.slice(0, 5))} ${all.connector.logs()}`);
    }
  }

  test("is blocked and served again by hand, for administrators alone, and purged by everybody", async () => {
    const asset = await editor.publish("coat", { "en-US": RED });
    await settled(all, "coat", "Asset.publish");
    const wish = { assets: ["coat"] };
    const refused = await all.call("POST block", wish, { user: "user-member" });
    expect([refused.status, refused.body.code]).toEqual([403, "ROLE_MISSING"]);
    expect((await all.call("POST block", wish)).status).toBe(200);
    expect((await settled(all, "coat", "Freshet.block")).reason).toContain("Block: user-admin asked for it.");
    await expectStatus(fileOf(asset), 410);
    // Publishing does not lift what a person has said.
    await editor.rename("coat", "Coat");
    expect((await settled(all, "coat", "Asset.publish")).reason).toContain("An editor's block holds.");
    await expectStatus("ctf:space1/coat", 410);
    await all.call("POST unblock", wish);
    await settled(all, "coat", "Freshet.unblock");
    await expectShade("ctf:space1/coat", RED);
    expect((await all.call("POST purge", wish, { user: "user-member" })).status).toBe(200);
    expect((await settled(all, "coat", "Freshet.purge")).state).toBe("done");
    await all.call("POST re-version", wish, { user: "user-member" });
    await settled(all, "coat", "Freshet.re-version");
    const { body } = await all.call("POST assets", wish);
    const [listed] = body.assets as readonly { files: readonly { version: string }[] }[];
    expect(listed?.files[0]?.version).toMatch(/^t[0-9a-f]{8}-1$/);
  });
});
