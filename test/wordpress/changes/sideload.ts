import { beforeAll, describe, expect, test } from "vitest";
import type { Installation } from "./installation.ts";
import { nothingYet, paint, watch } from "./subject.ts";

/** What only WordPress 7.1 and newer can do: the editor makes the sizes itself and sends each in a request of its own. */
export function describeSideload(installation: () => Installation): void {
  describe("a picture that the editor makes the sizes of", () => {
    let all: Installation;
    beforeAll(() => {
      all = installation();
    });

    const send = async (route: string, name: string, bytes: Uint8Array, query = "") => {
      const { authorization } = all.wordpress;
      const answer = await fetch(`${all.wordpress.url}/?rest_route=${route}${query}`, {
        method: "POST",
        headers: {
          authorization,
          "content-type": "image/jpeg",
          "content-disposition": `attachment; filename="${name}"`,
        },
        body: Buffer.from(bytes),
      });
      const text = await answer.text();
      expect(answer.ok, text.slice(0, 300)).toBe(true);
      return JSON.parse(text) as { readonly id: number };
    };

    test("is one change, told when its last request has come", async () => {
      const change = await watch(all, nothingYet("inparts"));
      const { id } = await send("/wp/v2/media", "inparts.jpg", await paint(61), "&generate_sub_sizes=false");
      const sizes = [];
      for (const [name, width, height] of [
        ["thumbnail", 150, 150],
        ["medium", 300, 200],
      ] as const) {
        const file = `inparts-${width}x${height}.jpg`;
        const bytes = await paint(61, width, height);
        sizes.push(await send(`/wp/v2/media/${id}/sideload`, file, bytes, `&image_size=${name}`));
      }
      await change.expect(0);
      await all.wordpress.rest("POST", `/wp/v2/media/${id}/finalize`, { sub_sizes: sizes });
      const [entry] = await change.expect(1);
      const told = entry?.urls.received?.map((url) => url.replace(/^.*\//, "")).toSorted();
      expect(told).toEqual(["inparts-150x150.jpg", "inparts-300x200.jpg", "inparts.jpg"]);
    });
  });
}
