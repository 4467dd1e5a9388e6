import { createHash, createHmac, randomUUID } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startWordpress, type WordPress, wordpressIsMissing } from "../support/wordpress.ts";

const PLUGIN = join(import.meta.dirname, "../../apps/wordpress/plugin");
const ENDPOINT = "http://127.0.0.1:6081";
const SECRET = "a-secret-of-the-journey";

const missing = wordpressIsMissing();

interface Push {
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Event {
  readonly sequence: number;
  readonly reason: string;
  readonly attachment: { readonly id: number; readonly title: string; readonly link: string };
  readonly files: readonly {
    readonly url: string;
    readonly sha256: string | null;
    readonly version: string | null;
  }[];
}

describe.skipIf(missing)(`the WordPress plugin ${missing ?? ""}`, () => {
  let wordpress: WordPress;
  let connector: Server;
  const pushed: Push[] = [];

  beforeAll(async () => {
    connector = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      pushed.push({ path: request.url, headers: request.headers, body: Buffer.concat(chunks).toString() });
      response.end("{}");
    });
    await new Promise<void>((done) => connector.listen(0, "127.0.0.1", done));
    const { port } = connector.address() as AddressInfo;
    const constants = {
      FRESHET_ENDPOINT: ENDPOINT,
      FRESHET_SECRET: SECRET,
      FRESHET_CONNECTOR: `http://127.0.0.1:${port}`,
    };
    wordpress = await startWordpress({ plugins: [PLUGIN], constants });
  }, 600_000);

  afterAll(async () => {
    await wordpress?.stop();
    connector?.close();
  });

  const events = async (after = 0): Promise<{ head: number; events: Event[] }> => {
    const response = await signedGet(wordpress, "/freshet/v1/events", `after=${after}&limit=100`);
    expect(response.status).toBe(200);
    return (await response.json()) as { head: number; events: Event[] };
  };

  const publish = async (picture: { id: number; url: string }, title: string) =>
    wordpress.createPost({
      title,
      content: `<!-- wp:image {"id":${picture.id},"sizeSlug":"full"} --><figure class="wp-block-image size-full"><img src="${picture.url}" alt="" class="wp-image-${picture.id}"/></figure><!-- /wp:image -->`,
    });

  test("gives a public page delivery URLs with versions in src and srcset", async () => {
    const bytes = await picture("#204060");
    const hat = await wordpress.upload("hat.jpg", bytes);
    const page = await wordpress.page(await publish(hat, "Hat"));
    const image = imageOf(page, "hat");
    expect(image.src).toBe(`${ENDPOINT}/v7/${hat.url}?vh=${versionOf(bytes)}`);
    expect(image.srcset.length).toBeGreaterThan(3);
    // Every size is made from the full picture, and has the version of its bytes.
    const full = `${ENDPOINT}/v7/${hat.url}`;
    expect(image.srcset.map((url) => url.replace(/\?w=\d+&/, "?"))).toEqual(
      image.srcset.map(() => `${full}?vh=${versionOf(bytes)}`),
    );
    expect(new Set(image.srcset).size).toBe(image.srcset.length);
  });

  test("reports an upload once, with every file that visitors can get", async () => {
    const { head } = await events();
    const bytes = await picture("#446688");
    const scarf = await wordpress.upload("scarf.jpg", bytes);
    const { events: told } = await events(head);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ reason: "hook", attachment: { id: scarf.id, title: "scarf" } });
    expect(told[0]?.attachment.link).toBe(`${wordpress.url}/wp-admin/post.php?post=${scarf.id}&action=edit`);
    expect(new Set(told[0]?.files.map((file) => file.url))).toEqual(new Set(Object.values(scarf.sizes)));
    expect(told[0]?.files).toContainEqual({
      url: scarf.url,
      sha256: sha256(bytes),
      version: versionOf(bytes),
    });
  });

  test("notices at the next page view what was overwritten on disk, though the page shows only some of it", async () => {
    const coat = await wordpress.upload("coat.jpg", await picture("#111111"));
    const link = await publish(coat, "Coat");
    const image = imageOf(await wordpress.page(link), "coat");
    const { head } = await events();

    const bytes = await picture("#eeeeee");
    await wordpress.overwrite(coat.url, bytes);
    const { thumbnail = "" } = coat.sizes;
    expect(image.srcset.some((url) => url.includes(thumbnail))).toBe(false);
    const small = await picture("#eeeeee", 150, 150);
    await wordpress.overwrite(thumbnail, small);
    const after = imageOf(await wordpress.page(link), "coat").src;
    expect(after).not.toBe(image.src);
    expect(after).toBe(`${ENDPOINT}/v7/${coat.url}?vh=${versionOf(bytes)}`);
    const { events: told } = await events(head);
    expect(told).toMatchObject([{ reason: "stat", attachment: { id: coat.id } }]);
    expect(told[0]?.files).toHaveLength(2);
    for (const [url, written] of [
      [coat.url, bytes],
      [thumbnail, small],
    ] as const)
      expect(told[0]?.files).toContainEqual({ url, sha256: sha256(written), version: versionOf(written) });

    await wordpress.page(link);
    expect((await events(head)).events).toHaveLength(1);
  });

  test("notices a file overwritten twice within a second with the same number of bytes", async () => {
    const first = await bitmap(1);
    const cap = await wordpress.upload("cap.png", first);
    const link = await publish(cap, "Cap");
    for (const seed of [2, 3, 4]) {
      const bytes = await bitmap(seed);
      expect(bytes.length).toBe(first.length);
      await wordpress.overwrite(cap.url, bytes);
      expect(imageOf(await wordpress.page(link), "cap").src).toContain(`vh=${versionOf(bytes)}`);
    }
  });

  test("tells a change once, however many visitors see it first", async () => {
    const robe = await wordpress.upload("robe.jpg", await picture("#222222"));
    const link = await publish(robe, "Robe");
    await wordpress.page(link);
    const { head } = await events();
    const bytes = await picture("#dddddd");
    await wordpress.overwrite(robe.url, bytes);
    await wordpress.overwrite(robe.sizes.thumbnail ?? "", await picture("#dddddd", 150, 150));
    const pages = await Promise.all(Array.from({ length: 12 }, () => wordpress.page(link)));
    for (const page of pages) expect(imageOf(page, "robe").src).toContain(`vh=${versionOf(bytes)}`);
    const { events: told } = await events(head);
    expect(told).toHaveLength(1);
    expect(told[0]?.files).toHaveLength(2);
  });

  test("pushes what the pull gives, signed", async () => {
    const { head } = await events();
    await wordpress.upload("tie.jpg", await picture("#998877"));
    const { events: told } = await events(head);
    const push = pushed.at(-1);
    expect(push?.path).toBe("/wordpress/events");
    expect(JSON.parse(push?.body ?? "")).toEqual({ site: wordpress.url, events: told });
    const {
      "webhook-id": id,
      "webhook-timestamp": timestamp,
      "webhook-signature": signature,
    } = push?.headers ?? {};
    expect(signature).toBe(`v1,${hmac(SECRET, `${id}.${timestamp}.${push?.body}`)}`);
    expect(Math.abs(Date.now() / 1000 - Number(timestamp))).toBeLessThan(60);
  });

  test("reports a deletion and a new upload under the same name", async () => {
    const old = await wordpress.upload("shoe.jpg", await picture("#aa0000"));
    const { head } = await events();
    await wordpress.remove(old.id);
    const bytes = await picture("#00aa00");
    const renewed = await wordpress.upload("shoe.jpg", bytes);
    expect(renewed.url).toBe(old.url);
    const { events: told } = await events(head);
    expect(told.map((event) => event.attachment.id)).toEqual([old.id, renewed.id]);
    expect(told[0]?.files).toContainEqual({ url: old.url, sha256: null, version: null });
    expect(new Set(told[0]?.files.map((file) => file.url))).toEqual(new Set(Object.values(old.sizes)));
    expect(told[1]?.files).toContainEqual({
      url: old.url,
      sha256: sha256(bytes),
      version: versionOf(bytes),
    });
  });

  test("stays silent about a change that touches no byte", async () => {
    const belt = await wordpress.upload("belt.jpg", await picture("#123456"));
    const { head } = await events();
    await wordpress.rest("POST", `/wp/v2/media/${belt.id}`, { alt_text: "A belt", title: "Belt" });
    expect((await events(head)).events).toEqual([]);
  });

  test("leaves the REST API, the admin and pages without pictures as they are, not what visitors read in feeds", async () => {
    const glove = await wordpress.upload("glove.jpg", await picture("#654321"));
    await publish(glove, "Glove");
    const [post] = (await wordpress.rest("GET", "/wp/v2/posts&search=Glove&context=edit")) as [
      { content: { rendered: string; raw: string } },
    ];
    expect(post.content.rendered).toContain(glove.url);
    expect(post.content.rendered + post.content.raw).not.toContain(ENDPOINT);
    const feed = await wordpress.page("/?feed=rss2");
    expect(feed).toContain(`src="${ENDPOINT}/v7/${glove.url}?vh=`);
    expect(feed).not.toContain(`src="${wordpress.url}/wp-content/uploads`);
    expect(await wordpress.page("/wp-login.php")).not.toContain(ENDPOINT);
    expect(await wordpress.page("/wp-sitemap.xml")).not.toContain(ENDPOINT);
  });

  test("changes the same page in the same way each time, and nothing but picture URLs", async () => {
    const sock = await wordpress.upload("sock.jpg", await picture("#fedcba"));
    const link = await publish(sock, "Sock");
    const page = await wordpress.page(link);
    expect(await wordpress.page(link)).toBe(page);
    expect(page).not.toContain(`${ENDPOINT}/v7/${ENDPOINT}`);
    const plain = page.replaceAll(
      new RegExp(`${ENDPOINT}/v7/(http[^"\\s?]*)\\?(?:w=\\d+&amp;)?vh=c[0-9a-f]{12}`, "g"),
      "$1",
    );
    expect(plain).toContain(`src="${sock.url}"`);
    // What is left are the script for outages and the hint to connect; pages.test.ts compares every byte.
    const left = plain.split("\n").filter((line) => line.includes(ENDPOINT));
    expect(left).toEqual([`} )("${ENDPOINT}/v7/");`, `<link rel='preconnect' href='${ENDPOINT}' />`]);
  });

  test("answers only who knows the secret, and only for five minutes", async () => {
    const text = "GET /freshet/v1/status";
    const url = `${wordpress.url}/?rest_route=/freshet/v1/status`;
    expect((await fetch(url)).status).toBe(401);
    expect((await fetch(url, { headers: sign(text, { secret: "another" }) })).status).toBe(401);
    expect((await fetch(url, { headers: sign(text, { secondsAgo: 400 }) })).status).toBe(401);
    expect((await fetch(url, { headers: sign("GET /freshet/v1/events?after=0&limit=1") })).status).toBe(401);
    const answer = await fetch(url, { headers: sign(text) });
    expect(await answer.json()).toMatchObject({
      site: wordpress.url,
      wordpress: wordpress.version,
      head: expect.any(Number),
    });
    const pretty = await fetch(`${wordpress.url}/wp-json/freshet/v1/status`, { headers: sign(text) });
    expect(pretty.status).toBe(200);
  });
});

function sign(text: string, { secret = SECRET, secondsAgo = 0 } = {}): Record<string, string> {
  const id = `msg_${randomUUID()}`;
  const timestamp = String(Math.floor(Date.now() / 1000) - secondsAgo);
  const signature = hmac(secret, `${id}.${timestamp}.${text}`);
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": `v1,${signature}` };
}

function hmac(secret: string, text: string): string {
  return createHmac("sha256", secret).update(text).digest("base64");
}

function signedGet(wordpress: WordPress, route: string, query: string): Promise<Response> {
  return fetch(`${wordpress.url}/?rest_route=${route}&${query}`, { headers: sign(`GET ${route}?${query}`) });
}

/** The first image of a page whose URL names a file. */
function imageOf(page: string, name: string): { readonly src: string; readonly srcset: readonly string[] } {
  const tag = page.match(new RegExp(`<img [^>]*src="[^"]*/${name}[^>]*>`))?.[0] ?? "";
  const attribute = (key: string) =>
    tag.match(new RegExp(` ${key}="([^"]*)"`))?.[1]?.replaceAll(/&(?:#038|amp);/g, "&") ?? "";
  const srcset = attribute("srcset")
    .split(", ")
    .map((candidate) => candidate.split(" ")[0] ?? "");
  return { src: attribute("src"), srcset };
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function versionOf(bytes: Uint8Array): string {
  return `c${sha256(bytes).slice(0, 12)}`;
}

function picture(colour: string, width = 1200, height = 800): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: colour } })
    .jpeg()
    .toBuffer();
}

/** A picture whose file has the same size for every seed. */
function bitmap(seed: number): Promise<Buffer> {
  const pixels = Buffer.alloc(40 * 40 * 3, seed);
  return sharp(pixels, { raw: { width: 40, height: 40, channels: 3 } })
    .png({ compressionLevel: 0 })
    .toBuffer();
}
