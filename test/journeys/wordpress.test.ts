import { setTimeout as pause } from "node:timers/promises";
import { versionOfBytes } from "@freshet/core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Shade } from "../support/origin.ts";
import { varnishIsMissing } from "../support/varnish.ts";
import { type Media, wordpressIsMissing } from "../support/wordpress.ts";
import { type Installation, startInstallation, type Way } from "./installation.ts";
import { recheckedPaths, settled } from "./journal.ts";
import { gather, imageOf, othersThan, ownVisitsOf, type PageImage, see, variantsOf } from "./visitor.ts";

const OLD: Shade = { red: 200, green: 30, blue: 30 };
const NEW: Shade = { red: 30, green: 60, blue: 200 };
/** An invalidation that WordPress caused is Done this long after the change at the latest; the pull comes every 5 s. */
const LONGEST_MS: Readonly<Record<Way, number>> = { push: 4_000, pull: 15_000 };
/** The server reads originals again this long after an invalidation, and would notice a change by itself then. */
const RECHECKS_MS = [5_000, 30_000, 120_000];

/** A name that looks different in a file system, in WordPress, in a page and in a request. */
const SHOE = "靴-shoe";

const missing = wordpressIsMissing() ?? (await varnishIsMissing());

/** A picture in the media library of a site, on a page that visitors have seen. */
interface Shown {
  readonly media: Media;
  readonly page: string;
  readonly image: PageImage;
  /** When the invalidation that its upload caused was Done; milliseconds since the epoch. */
  readonly doneAt: number;
}

describe.skipIf(missing)(`a picture that changes in WordPress ${missing ?? ""}`, () => {
  let all: Installation;
  const shown = new Map<string, Shown>();

  beforeAll(async () => {
    all = await startInstallation();
    const old = await paint(OLD);
    const pictures = { push: ["hat", SHOE, "scarf"], pull: ["hat", SHOE] };
    for (const way of ["pull", "push"] as const)
      for (const name of pictures[way]) {
        const media = await all.sites[way].upload(`${name}.jpg`, old);
        shown.set(`${way} ${name}`, { media, ...(await publish(way, name, media)), doneAt: 0 });
      }
    for (const [key, picture] of shown) {
      const way = key.startsWith("push") ? "push" : "pull";
      const { doneAt } = await settled(all, linkOf(way, picture.media.id), 0);
      shown.set(key, { ...picture, doneAt });
    }
  }, 600_000);
  afterAll(() => all?.stop());

  const shownAs = (way: Way, name: string): Shown => {
    const found = shown.get(`${way} ${name}`);
    if (!found) throw new Error(`There is no ${name} on the ${way} site.`);
    return found;
  };

  async function publish(way: Way, name: string, media: Media): Promise<{ page: string; image: PageImage }> {
    const site = all.sites[way];
    const page = await site.createPost({
      title: name,
      content: `<!-- wp:image {"id":${media.id},"sizeSlug":"full"} --><figure class="wp-block-image size-full"><img src="${media.url}" alt="" class="wp-image-${media.id}"/></figure><!-- /wp:image -->`,
    });
    return { page, image: imageOf(await site.page(page), name) };
  }

  const linkOf = (way: Way, id: number) => `${all.sites[way].url}/wp-admin/post.php?post=${id}&action=edit`;

  /** Waits for a time in which the server does not look for changes by itself: what happens then is WordPress's doing. */
  async function untilNoRecheck(way: Way, { doneAt }: Shown): Promise<void> {
    for (const after of RECHECKS_MS) {
      const left = doneAt + after - Date.now();
      if (left > -1_000 && left < LONGEST_MS[way]) await pause(left + 1_000);
    }
  }

  /** Puts every variant and everything the page names into Varnish, so that there is something to get rid of. */
  async function warm({ image }: Shown): Promise<void> {
    const visits = [...variantsOf(image.src), ...ownVisitsOf(image)];
    await see(visits);
    await expectHits(OLD, visits);
  }

  async function expectHits(shade: Shade, visits: Parameters<typeof see>[0]): Promise<void> {
    const views = await see(visits);
    expect(othersThan(shade, views)).toEqual([]);
    expect(views.filter(({ isHit }) => !isHit)).toEqual([]);
  }

  /** 0 of 24 requests see old pixels, nor does any URL of the page before or after; and Varnish caches again. */
  async function expectFresh(before: PageImage, after: PageImage): Promise<void> {
    const variants = [...variantsOf(before.src), ...variantsOf(after.src)];
    expect(new Set(variants.map(({ url, format }) => `${format} ${url}`)).size).toBe(24);
    expect(othersThan(NEW, await see(variants))).toEqual([]);
    const own = [...ownVisitsOf(before), ...ownVisitsOf(after)];
    expect(othersThan(NEW, await see(own))).toEqual([]);
    await expectHits(NEW, [...variants, ...own]);
  }

  /** Checks who caused the change by the journal, and how long it took; prints that, and answers when it was Done. */
  async function expectCaused(
    what: string,
    way: Way,
    { id, files }: { readonly id: number; readonly files: readonly string[] },
    changed: number,
  ): Promise<number> {
    const { entry, event, via, ...times } = await settled(all, linkOf(way, id), changed);
    const text = Object.entries(times).map(([name, time]) => `${name} +${time - changed} ms`);
    console.log(`${way} site, ${what}: ${text.join(", ")} (came by ${via})`);
    expect(entry).toMatchObject({ scope: "original", cause: { kind: "wordpress", id: event } });
    expect(event).toMatch(/^evt_[0-9a-f]{32}$/);
    const paths = new Set(files.map((url) => `/${new URL(url)}`));
    expect(new Set(entry.urls.invalidated)).toEqual(paths);
    expect((await recheckedPaths(all)).filter((path) => paths.has(path))).toEqual([]);
    expect(times.doneAt - changed).toBeLessThan(LONGEST_MS[way]);
    await expectWays(way);
    return times.doneAt;
  }

  /** A pull may come between an event and its push, but not every time; without a push there is only the pull. */
  async function expectWays(way: Way): Promise<void> {
    const { host } = new URL(all.sites[way].url);
    const ways = (await all.connector.events()).filter(({ site }) => site === host).map(({ via }) => via);
    expect(ways).toContain(way);
    if (way === "pull") expect(ways).not.toContain("push");
  }

  test("is gone from every cache while it is deleted, and new everywhere when it comes back", async () => {
    const scarf = shownAs("push", "scarf");
    const site = all.sites.push;
    await warm(scarf);
    const bytes = await paint(NEW);
    await untilNoRecheck("push", scarf);

    const removed = Date.now();
    await site.remove(scarf.media.id);
    await expectCaused("deleted", "push", filesOf(scarf.media), removed);
    const visits = [...variantsOf(scarf.image.src), ...ownVisitsOf(scarf.image)];
    for (const { status } of await see(visits)) expect(status).toBe(404);

    const changed = Date.now();
    const renewed = await site.upload("scarf.jpg", bytes);
    await expectCaused("uploaded again", "push", filesOf(renewed), changed);
    await expectFresh(scarf.image, (await publish("push", "scarf", renewed)).image);
  });

  describe.each(["push", "pull"] as const)("on a site whose events come by %s", (way) => {
    test("is on the public page under delivery URLs with its version, through Varnish", async () => {
      const { media, image } = shownAs(way, "hat");
      const version = await versionOfBytes(await paint(OLD));
      expect(image.src).toBe(`${all.varnish.url}/v7/${media.url}?vh=${version}`);
      expect(image.srcset.length).toBeGreaterThan(3);
      for (const url of image.srcset) {
        expect(url).toMatch(/[?&]vh=c[0-9a-f]{12}$/);
        expect(url.startsWith(`${all.varnish.url}/v7/${all.sites[way].url}/wp-content/uploads/`)).toBe(true);
      }
    });

    test("is new everywhere after the next page view once its files are overwritten on disk", async () => {
      const hat = shownAs(way, "hat");
      const site = all.sites[way];
      await warm(hat);
      const files = await Promise.all(
        Object.values(hat.media.sizes).map(async (url) => ({ url, bytes: await paint(NEW, sizeOf(url)) })),
      );
      await untilNoRecheck(way, hat);

      const changed = Date.now();
      for (const { url, bytes } of files) await site.overwrite(url, bytes);
      // What every cache would go on showing, were it not for what follows.
      await expectHits(OLD, [...variantsOf(hat.image.src), ...ownVisitsOf(hat.image)]);
      const image = imageOf(await site.page(hat.page), "hat");
      expect(image.src).toBe(
        `${all.varnish.url}/v7/${hat.media.url}?vh=${await versionOfBytes(await paint(NEW))}`,
      );
      // Whoever reads that page sees the new picture at once: its version is new, so no cache knows the URL.
      expect(othersThan(NEW, await see(ownVisitsOf(image)))).toEqual([]);
      // The page shows only some of the sizes; the others are made fresh with them.
      const hidden = files.filter(({ url }) => !hat.image.srcset.join(" ").includes(`${url}?`));
      expect(hidden).not.toEqual([]);
      await expectCaused("overwritten on disk", way, filesOf(hat.media), changed);
      await expectFresh(hat.image, image);
    });

    test("is new everywhere once it is deleted and uploaded again under the same name", async () => {
      const shoe = shownAs(way, SHOE);
      const site = all.sites[way];
      await warm(shoe);
      const bytes = await paint(NEW);
      await untilNoRecheck(way, shoe);

      const crowd = gather(variantsOf(shoe.image.src));
      const changed = Date.now();
      await site.remove(shoe.media.id);
      const renewed = await site.upload(`${SHOE}.jpg`, bytes);
      expect(renewed.url).toBe(shoe.media.url);
      await expectCaused("deleted", way, filesOf(shoe.media), changed);
      const done = await expectCaused("uploaded again", way, filesOf(renewed), changed);
      await pause(500);
      const views = (await crowd.leave()).filter(({ begun }) => begun > done);
      expect(views.length).toBeGreaterThan(12);
      expect(othersThan(NEW, views)).toEqual([]);
      const { image } = await publish(way, SHOE, renewed);
      expect(image.srcset.length).toBe(shoe.image.srcset.length);
      expect(imageOf(await site.page(shoe.page), SHOE).src).toBe(image.src);
      await expectFresh(shoe.image, image);
    });
  });
});

const filesOf = ({ id, sizes }: Media) => ({ id, files: Object.values(sizes) });

/** Width and height that WordPress writes into the names of its sizes; those of the upload where there are none. */
function sizeOf(url: string): { readonly width: number; readonly height: number } | undefined {
  const [, width, height] = /-(\d+)x(\d+)\.jpg$/.exec(url) ?? [];
  return width === undefined ? undefined : { width: Number(width), height: Number(height) };
}

/** A JPEG of one colour. */
function paint(
  { red, green, blue }: Shade,
  size = { width: 1200, height: 800 },
): Promise<Buffer<ArrayBuffer>> {
  return sharp({ create: { ...size, channels: 3, background: { r: red, g: green, b: blue } } })
    .jpeg({ quality: 95 })
    .toBuffer() as Promise<Buffer<ArrayBuffer>>;
}
