import fc from "fast-check";
import { expect, test } from "vitest";
import { readSite } from "../site.ts";
import type { MediaPlace } from "./media-list.ts";
import { createMediaList } from "./rest-media.ts";

const site = readSite("http://site.example");
if (site === undefined) throw new Error("unreachable");
const item = (id: number) => ({ id, media_type: "image", source_url: `http://site.example/${id}.jpg` });
const START: MediaPlace = { offset: 0, id: 0 };

test("every picture that is there all the while is met once, whatever is deleted and added in between", async () => {
  const changes = fc.array(fc.record({ remove: fc.nat(400), add: fc.nat(3) }), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 300 }), changes, async (count, steps) => {
      let ids = Array.from({ length: count }, (_, i) => i + 1);
      let next = count + 1;
      const removed = new Set<number>();
      const list = createMediaList(site, {
        list: async (offset, limit) => ids.slice(offset, offset + limit).map(item),
      });
      const met: number[] = [];
      let place: MediaPlace | undefined = START;
      let pages = 0;
      while (place !== undefined) {
        const page = await list.after(place, 7);
        met.push(...page.media.map(({ id }) => id));
        place = page.next;
        const step = steps[pages++];
        expect(pages).toBeLessThan(1_000);
        if (step === undefined) continue;
        const gone = ids[step.remove % Math.max(1, ids.length)];
        if (gone !== undefined) removed.add(gone);
        ids = ids.filter((id) => id !== gone);
        for (let i = 0; i < step.add; i++) ids.push(next++);
      }
      expect(met).toEqual(met.toSorted((a, b) => a - b));
      expect(new Set(met).size).toBe(met.length);
      const steady = Array.from({ length: count }, (_, i) => i + 1).filter((id) => !removed.has(id));
      expect(steady.filter((id) => !met.includes(id))).toEqual([]);
    }),
  );
});

test("a picture has the file, its sizes and the upload it was scaled down from; other media are passed over", async () => {
  const hat = {
    ...{ id: 3, mime_type: "image/jpeg", source_url: "http://site.example/up/hat-scaled.jpg" },
    media_details: {
      original_image: "ha t.jpg",
      sizes: { a: { source_url: "http://site.example/up/hat-300.jpg" }, b: {}, c: null },
    },
  };
  const film = { id: 4, mime_type: "video/mp4", source_url: "http://site.example/up/film.mp4" };
  const list = createMediaList(site, { list: async () => [hat, film] });
  expect(await list.after(START, 10)).toEqual({
    media: [
      {
        id: 3,
        urls: ["hat-scaled.jpg", "hat-300.jpg", "ha%20t.jpg"].map((name) => `http://site.example/up/${name}`),
      },
    ],
    next: undefined,
  });
});

test("whatever a site lists, the answer is a page or a sentence that names the site", async () => {
  const near = fc.record({
    id: fc.jsonValue(),
    media_type: fc.constant("image"),
    media_details: fc.jsonValue(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(fc.jsonValue(), near), { maxLength: 8 }), async (items) => {
      const list = createMediaList(site, { list: async () => items });
      const page = await list.after(START, 8).catch((thrown: unknown) => thrown);
      if (page instanceof Error) expect(page.message).toContain(site.url);
      else expect(page).toMatchObject({ media: expect.any(Array) });
    }),
  );
});
