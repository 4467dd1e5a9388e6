import { readdir, rename, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { find } from "../../support/wordpress/admin.ts";
import type { Installation } from "./installation.ts";
import { nothingYet, paint, type Subject, upload, uploads, watch } from "./subject.ts";

/** Names are part of one another nowhere: a picture is found by the beginning of its files' names. */
const OVERWRITE = { "x-image-edit-overwrite": "1" };

/** Every way in which pictures change in a WordPress, and how many invalidations each is. */
export function describeChanges(installation: () => Installation): void {
  describe("a change", () => {
    let all: Installation;
    beforeAll(() => {
      all = installation();
    });

    const admin = () => all.admin;
    const rest = (method: string, route: string, body?: unknown) => all.wordpress.rest(method, route, body);
    const editPage = (id: number) => admin().get(`post.php?post=${id}&action=edit`);
    const list = () => admin().get("upload.php?mode=list");

    /** The picture editor of wp-admin, as its script calls it. */
    async function edit(
      { media }: Subject,
      fields: { readonly do: "save" | "restore"; readonly history?: string; readonly target?: string },
      headers = {},
    ): Promise<void> {
      const nonce = find(await editPage(media.id), /imageEdit\.open\( \d+, \\?"([0-9a-f]+)/);
      const { history = "", target = "all" } = fields;
      const shared = { action: "image-editor", _ajax_nonce: nonce, postid: String(media.id), context: "" };
      const answer = await admin().post(
        "admin-ajax.php",
        { ...shared, do: fields.do, history, target },
        headers,
      );
      expect(JSON.parse(answer)).toMatchObject({ success: true });
    }

    test.concurrent("text of a picture: none", async () => {
      const hat = await upload(all, "text", 1);
      const change = await watch(all, hat);
      await rest("POST", `/wp/v2/media/${hat.media.id}`, { alt_text: "A hat", title: "Hat", caption: "New" });
      await change.expect(0);
    });

    test.concurrent("uploaded in wp-admin: one", async () => {
      const nonce = find(await admin().get("media-new.php"), /name="_wpnonce" value="([0-9a-f]+)"/);
      const change = await watch(all, nothingYet("form"));
      const file = new File([new Uint8Array(await paint(2))], "form.jpg", { type: "image/jpeg" });
      const answer = await admin().post("async-upload.php", {
        name: "form.jpg",
        action: "upload-attachment",
        _wpnonce: nonce,
        "async-upload": file,
      });
      expect(JSON.parse(answer)).toMatchObject({ success: true });
      await change.expect(1);
    });

    test.concurrent("a picture wider than WordPress keeps, with its scaled copy and its original: one", async () => {
      const change = await watch(all, nothingYet("wide"));
      await all.wordpress.upload("wide.jpg", await paint(3, 2_600, 400));
      const [entry] = await change.expect(1);
      const urls = entry?.urls.received?.join(" ");
      expect(urls).toContain("wide-scaled.jpg");
      expect(urls).toContain("wide.jpg");
      expect(urls).toContain("wide-150x150.jpg");
    });

    test.concurrent("edited, edited again over the same name, and restored, in the editor of wp-admin: one each", async () => {
      const coat = await upload(all, "editor", 4);
      const first = await watch(all, coat);
      await edit(coat, { do: "save", history: '[{"f":1}]' }, OVERWRITE);
      await first.expect(1);
      const second = await watch(all, coat);
      const names = await readdir(uploads(all), { recursive: true });
      await edit(coat, { do: "save", history: '[{"r":90}]' }, OVERWRITE);
      const [entry] = await second.expect(1);
      const main = names.find((each) => /\/editor-e\d+\.jpg$/.test(each));
      expect(main).toBeDefined();
      expect(entry?.urls.received?.join(" ")).toContain(main);
      const third = await watch(all, coat);
      await edit(coat, { do: "restore" }, OVERWRITE);
      await third.expect(1);
    });

    test.concurrent("only its thumbnail edited: one", async () => {
      const shoe = await upload(all, "thumb", 5);
      const change = await watch(all, shoe);
      await edit(shoe, { do: "save", history: '[{"f":1}]', target: "thumbnail" });
      await change.expect(1);
    });

    test.concurrent("edited over REST: one for the new picture, none for the old", async () => {
      const tie = await upload(all, "rotated", 6);
      const change = await watch(all, tie);
      const modifiers = [{ type: "rotate", args: { angle: 90 } }];
      await rest("POST", `/wp/v2/media/${tie.media.id}/edit`, { src: tie.media.url, modifiers });
      const [entry] = await change.expect(1);
      expect(entry?.urls.received).not.toContain(tie.media.url);
    });

    test.concurrent("deleted without force: refused, none; with force: one, and nothing is left; uploaded again under its name: one", async () => {
      const belt = await upload(all, "belt", 7);
      const refused = await watch(all, belt);
      await expect(rest("DELETE", `/wp/v2/media/${belt.media.id}`)).rejects.toThrow(
        "rest_trash_not_supported",
      );
      await refused.expect(0);
      const gone = await watch(all, belt);
      await all.wordpress.remove(belt.media.id);
      await gone.expect(1);
      const back = await watch(all, belt);
      const renewed = await all.wordpress.upload("belt.jpg", await paint(8));
      expect(renewed.url).toBe(belt.media.url);
      await back.expect(1);
    });

    test.concurrent("deleted by its link in the list, and two more by the list's menu: one each", async () => {
      const [one, two, three] = await Promise.all([
        upload(all, "linkdel", 9),
        upload(all, "bulkdel-a", 10),
        upload(all, "bulkdel-b", 11),
      ]);
      const byLink = await watch(all, one);
      const link = new RegExp(`href="([^"]*action=delete[^"]*post=${one.media.id}&[^"]*)"`);
      const other = new RegExp(`href="([^"]*post=${one.media.id}&[^"]*action=delete[^"]*)"`);
      const page = await list();
      await admin().get(link.test(page) ? find(page, link) : find(page, other));
      await byLink.expect(1);
      const changes = await Promise.all([watch(all, two), watch(all, three)]);
      const nonce = find(await list(), /name="_wpnonce" value="([0-9a-f]+)"/);
      const media = [String(two.media.id), String(three.media.id)];
      const query = media.map((id) => `media%5B%5D=${id}`).join("&");
      await admin().get(`upload.php?mode=list&action=delete&action2=-1&_wpnonce=${nonce}&${query}`);
      for (const change of changes) await change.expect(1);
    });

    test.concurrent("replaced in place by a plugin that announces it before the file is there: one", async () => {
      const cap = await upload(all, "swap", 12);
      const change = await watch(all, cap);
      const bytes = (await paint(13)).toString("base64");
      await rest("POST", `/tools/v1/replace/${cap.media.id}`, { bytes });
      await change.expect(1);
    });

    test.concurrent("replaced under a new name by a plugin: one, and the old name is gone", async () => {
      const cap = await upload(all, "renamed", 14);
      const change = await watch(all, cap);
      const bytes = (await paint(15)).toString("base64");
      await rest("POST", `/tools/v1/replace/${cap.media.id}`, { bytes, name: "renamed-to.jpg" });
      await change.expect(1);
    });

    test.concurrent("sizes made again with equal bytes, metadata written, missing sizes asked for: none; with other bytes: one", async () => {
      const scarf = await upload(all, "regen", 16);
      const same = await watch(all, scarf);
      await rest("POST", `/tools/v1/regenerate/${scarf.media.id}`);
      await rest("POST", `/tools/v1/metadata/${scarf.media.id}`);
      await rest("POST", `/wp/v2/media/${scarf.media.id}/post-process`, { action: "create-image-subsizes" });
      await same.expect(0);
      const other = await watch(all, scarf);
      await rest("POST", `/tools/v1/regenerate/${scarf.media.id}&quality=30`);
      const [entry] = await other.expect(1);
      expect(entry?.urls.received).not.toContain(scarf.media.url);
    });

    test.concurrent("overwritten on the server, seen when a page shows it: one; touched only: none", async () => {
      const glove = await upload(all, "ftp", 17);
      const page = await all.wordpress.createPost({
        title: "Glove",
        content: `<img src="${glove.media.url}" alt="">`,
      });
      await all.wordpress.page(page);
      const touched = await watch(all, glove);
      const path = glove.media.url.replace(/^.*\/wp-content\/uploads\//, "");
      await utimes(join(uploads(all), path), new Date(), new Date());
      await all.wordpress.page(page);
      await touched.expect(0);
      const change = await watch(all, glove);
      // As careful programs write: beside it, then over it, with the old time.
      const draft = join(uploads(all), "draft.tmp");
      await writeFile(draft, await paint(18));
      await utimes(draft, new Date("2020-01-01"), new Date("2020-01-01"));
      await rename(draft, join(uploads(all), path));
      await all.wordpress.page(page);
      await change.expect(1);
    });

    // Alone: the walk looks at every picture, also at one whose sizes are just being made, and rightly tells of the first of them.
    test("an optimiser's copies put beside it and written anew, seen by the scheduled walk: one", async () => {
      const robe = await upload(all, "optim", 19);
      const path = join(uploads(all), robe.media.url.replace(/^.*\/wp-content\/uploads\//, ""));
      const webp = async (seed: number) =>
        (await import("sharp"))
          .default(await paint(seed))
          .webp()
          .toBuffer();
      await writeFile(`${path}.webp`, await webp(19));
      const walk = async () => {
        await rest("POST", "/tools/v1/tick-is-due");
        await fetch(`${all.wordpress.url}/wp-cron.php?doing_wp_cron`);
      };
      await walk();
      const change = await watch(all, robe);
      await writeFile(`${path}.webp`, await webp(20));
      await writeFile(path, await paint(20));
      await walk();
      const [entry] = await change.expect(1);
      expect(entry?.urls.received?.toSorted()).toEqual([robe.media.url, `${robe.media.url}.webp`]);
    });

    test.concurrent("refreshed by its link and by the list's menu, unchanged: one each, because somebody asked", async () => {
      const vest = await upload(all, "refresh", 21);
      const byLink = await watch(all, vest);
      const link = new RegExp(`href="([^"]*action=freshet_refresh[^"]*id=${vest.media.id}&[^"]*)"`);
      expect(await admin().get(find(await list(), link))).toContain("1 picture is being made fresh");
      await byLink.expect(1);
      const byMenu = await watch(all, vest);
      const nonce = find(await list(), /name="_wpnonce" value="([0-9a-f]+)"/);
      const query = `mode=list&action=freshet_refresh&action2=-1&_wpnonce=${nonce}&media%5B%5D=${vest.media.id}`;
      expect(await admin().get(`upload.php?${query}`)).toContain("1 picture is being made fresh");
      await byMenu.expect(1);
    });
  });
}
