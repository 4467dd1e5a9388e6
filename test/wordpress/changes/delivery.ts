import { createHmac, randomUUID } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type Installation, SECRET } from "./installation.ts";
import { nothingYet, paint, type Subject, upload, watch } from "./subject.ts";

const PATIENCE = { timeout: 40_000, interval: 100 };

/** Whatever happens to messages between the plugin and the connector, each change is one invalidation. */
export function describeDelivery(installation: () => Installation): void {
  describe("what changed", () => {
    let all: Installation;
    beforeAll(() => {
      all = installation();
    });
    beforeEach(async () => {
      all.middleman.manner = "pass";
      // After a failure the plugin leaves the connector alone for a minute.
      await all.wordpress.rest("POST", "/tools/v1/resume");
    });

    const replace = async ({ media }: Subject, seed: number) => {
      const bytes = (await paint(seed)).toString("base64");
      await all.wordpress.rest("POST", `/tools/v1/replace/${media.id}`, { bytes });
    };

    test("while the connector was down is made fresh once it is up, each change once", async () => {
      const pictures = await Promise.all([31, 33].map((seed) => upload(all, `down${seed}`, seed)));
      const changes = await Promise.all(pictures.map((picture) => watch(all, picture)));
      await all.stopConnector();
      for (const [at, picture] of pictures.entries()) await replace(picture, 32 + 2 * at);
      const [added, fresh] = [nothingYet("duringdown"), await watch(all, nothingYet("duringdown"))];
      await all.wordpress.upload(`${added.stem}.jpg`, await paint(35));
      await all.startConnector();
      for (const change of [...changes, fresh]) await change.expect(1);
    });

    test("is not lost when PHP is killed in the middle of a push", async () => {
      const picture = await upload(all, "killed", 36);
      const change = await watch(all, picture);
      all.middleman.manner = "hang";
      const before = all.middleman.letters.length;
      const cutOff = replace(picture, 37).catch(() => {});
      await vi.waitFor(() => expect(all.middleman.letters.length).toBeGreaterThan(before), PATIENCE);
      await all.wordpress.restart();
      all.middleman.manner = "pass";
      await cutOff;
      await change.expect(1);
    });

    test("is one invalidation when every message arrives twice, and again later", async () => {
      const picture = await upload(all, "double", 38);
      const change = await watch(all, picture);
      all.middleman.manner = "double";
      const before = all.middleman.letters.length;
      await replace(picture, 39);
      const letter = all.middleman.letters[before];
      if (letter === undefined) throw new Error("Nothing was pushed.");
      for (let time = 0; time < 3; time++) expect(await all.middleman.deliver(letter)).toBe(200);
      await change.expect(1);
    });

    test("ends fresh when messages arrive in the wrong order", async () => {
      const picture = await upload(all, "order", 40);
      const change = await watch(all, picture);
      all.middleman.manner = "hold";
      for (const seed of [41, 42, 43]) await replace(picture, seed);
      expect(await all.middleman.release()).toBe(3);
      await change.expect(3, "in any order");
    });

    test("is believed from nobody else, late, or altered", async () => {
      const picture = await upload(all, "forged", 44);
      const change = await watch(all, picture);
      const body = JSON.stringify({
        site: all.wordpress.url,
        events: [
          {
            id: "evt_forged",
            sequence: 999_999,
            at: new Date().toISOString(),
            reason: "hook",
            attachment: { id: 1, title: "", link: "" },
            files: [{ url: picture.media.url, sha256: null, version: null }],
          },
        ],
      });
      const path = "/wordpress/events";
      const send = (headers: Record<string, string>, text = body) =>
        all.middleman.deliver({
          path,
          headers: { ...headers, "content-type": "application/json" },
          body: Buffer.from(text),
        });
      expect(await send(sign(body, "another-secret-of-sixteen"))).toBe(401);
      expect(await send(sign(body, SECRET, 400))).toBe(401);
      expect(await send(sign(body, SECRET, -400))).toBe(401);
      expect(await send(sign(body, SECRET), body.replace("999999", "999998"))).toBe(401);
      expect(await send({})).toBe(401);
      const other = body.replace(all.wordpress.url, "http://other.example");
      expect(await send(sign(other, SECRET), other)).toBe(410);
      await change.expect(0);
    });

    test("is asked of the plugin, and told to it, only by who knows the secret, and each message once", async () => {
      const outcomes = JSON.stringify({ outcomes: [] });
      const ask = (headers: Record<string, string>, text = outcomes) =>
        fetch(`${all.wordpress.url}/?rest_route=/freshet/v1/outcomes`, {
          method: "POST",
          headers: { ...headers, "content-type": "application/json" },
          body: text,
        }).then(({ status }) => status);
      const signed = sign(`POST /freshet/v1/outcomes\n${outcomes}`, SECRET);
      expect(await ask(signed, '{"outcomes":[ ]}')).toBe(401);
      expect(await ask(signed)).toBe(200);
      expect(await ask(signed)).toBe(409);
      expect(await ask(sign(`POST /freshet/v1/outcomes\n${outcomes}`, "another-secret-of-sixteen"))).toBe(
        401,
      );
      expect(await ask({})).toBe(401);
    });

    test("is believed under the old secret while a new one is introduced on the site first", async () => {
      const picture = await upload(all, "rotate", 45);
      await withConstants(
        all,
        { FRESHET_SECRET: "a-new-secret-of-the-site", FRESHET_SECRET_PREVIOUS: SECRET },
        async () => {
          const change = await watch(all, picture);
          const before = (await all.connector().events()).length;
          await replace(picture, 46);
          await change.expect(1);
          const [newest] = await all.connector().events();
          expect((await all.connector().events()).length).toBeGreaterThan(before);
          expect(newest?.via).toBe("push");
        },
      );
    });

    test("is made fresh on a site that may not make requests, whose admin says why they fail and hears of the end", async () => {
      const picture = await upload(all, "blocked", 47);
      const { port } = new URL(all.middleman.url);
      const constants = { WP_ACCESSIBLE_HOSTS: "", FRESHET_CONNECTOR: `http://127.0.0.2:${port}` };
      await withConstants(all, constants, async () => {
        const change = await watch(all, picture);
        const before = all.middleman.letters.length;
        await replace(picture, 48);
        const dashboard = await all.admin.get("index.php");
        const box = dashboard.slice(dashboard.indexOf('<div class="freshet-counts">'));
        expect(box.slice(0, 1_000)).toContain("blocked requests through HTTP");
        const [entry] = await change.expect(1);
        expect(all.middleman.letters.length).toBe(before);
        await vi.waitFor(async () => {
          const page = await all.admin.get(`post.php?post=${picture.media.id}&action=edit`);
          expect(page).toContain(`<code>${entry?.uuid}</code>`);
          expect(page.match(/freshet-state freshet-(\w+)/)?.[1]).toBe("fresh");
        }, PATIENCE);
      });
    });
  });
}

/** Does something while wp-config.php defines other values. */
async function withConstants(
  all: Installation,
  constants: Readonly<Record<string, string>>,
  work: () => Promise<void>,
): Promise<void> {
  const file = join(all.wordpress.site, "wp-config.php");
  const text = await readFile(file, "utf8");
  let changed = text;
  for (const [name, value] of Object.entries(constants)) {
    const line = `define( '${name}', '${value}' );`;
    const known = new RegExp(`^define\\( '${name}', .*$`, "m");
    changed = known.test(changed)
      ? changed.replace(known, line)
      : changed.replace("<?php\n", `<?php\n${line}\n`);
  }
  await writeFile(file, changed);
  try {
    await work();
  } finally {
    await writeFile(file, text);
  }
}

function sign(text: string, secret: string, secondsAgo = 0): Record<string, string> {
  const id = `msg_${randomUUID()}`;
  const timestamp = String(Math.floor(Date.now() / 1_000) - secondsAgo);
  const signature = createHmac("sha256", secret).update(`${id}.${timestamp}.${text}`).digest("base64");
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": `v1,${signature}` };
}
