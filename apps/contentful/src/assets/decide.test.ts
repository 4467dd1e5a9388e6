import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ContentfulEvent } from "../event.ts";
import { type Policy, USUAL_POLICY } from "../policy.ts";
import type { AssetFile, Files } from "./asset-file.ts";
import type { Decided, KnownAsset, Situation } from "./decide.ts";
import { decideAsked } from "./decide-asked.ts";
import { decidePublished } from "./decide-published.ts";
import { decideWithdrawn } from "./decide-withdrawn.ts";
import { NO_LOCALES } from "./names.ts";

const file = (token: string, bytes = 100): AssetFile => ({
  url: `https://images.ctfassets.net/s/a/${token}/a.jpg`,
  ...{ contentType: "image/jpeg", bytes, width: 4, height: 3, fileName: "a.jpg" },
});
const published = (files: Files, title = "A"): Extract<ContentfulEvent, { kind: "published" }> => ({
  ...{ kind: "published", environment: "master", asset: "a", title, files, remarks: [] },
});
const withdrawn = (
  how: "unpublish" | "archive" | "delete",
): Extract<ContentfulEvent, { kind: "withdrawn" }> => ({
  ...{ kind: "withdrawn", environment: "master", asset: "a", how },
});
const locales = { default: "en-US", fallbacks: { "en-US": null, de: "en-US" } };
const situation = (more: Partial<Situation> = {}): Situation => ({
  ...{ space: "s", asset: "a", place: 10, known: undefined, elsewhere: new Set<string>(), isDelivered: true },
  ...{ locales, blocks: new Map(), policy: USUAL_POLICY, link: "https://app.contentful.com/x", ...more },
});
const known = (files: Files, more: Partial<KnownAsset> = {}): KnownAsset => ({
  ...{ state: "published", place: 5, bumps: 0, title: "A", files, ...more },
});
const said = ({ changes }: Decided) =>
  changes.map(({ kind, original }) => `${kind} ${original.replace("https://images.ctfassets.net/s/a/", "")}`);

describe("what is published", () => {
  test("of an asset whose files are the same asks for nothing, whatever is said about it", () => {
    const decided = decidePublished(
      published({ "en-US": file("one") }, "B"),
      situation({ known: known({ "en-US": file("one") }) }),
    );
    expect(said(decided)).toEqual([]);
    expect(decided.reason).toBe("Published; no file changed, only what is said about it.");
    expect(decided.next?.title).toBe("B");
  });

  test("drops the old address and makes every stable id fresh that stood for it", () => {
    const decided = decidePublished(
      published({ "en-US": file("two") }),
      situation({ known: known({ "en-US": file("one") }) }),
    );
    expect(said(decided)).toEqual([
      "removed one/a.jpg",
      "replaced ctf:s/a",
      "replaced ctf:s/a/de",
      "replaced ctf:s/a/en-US",
    ]);
  });

  test("leaves the old address alone where the policy says so, where another environment publishes it, and where a locale does", () => {
    const before = known({ "en-US": file("one"), de: file("three") });
    const after = published({ "en-US": file("two"), de: file("three") });
    const reversion: Policy = { ...USUAL_POLICY, replaced: "re-version" };
    const stable = ["replaced ctf:s/a", "replaced ctf:s/a/en-US"];
    expect(said(decidePublished(after, situation({ known: before, policy: reversion })))).toEqual(stable);
    const elsewhere = new Set([file("one").url]);
    expect(said(decidePublished(after, situation({ known: before, elsewhere })))).toEqual(stable);
    const swapped = published({ "en-US": file("three"), de: file("one") });
    expect(said(decidePublished(swapped, situation({ known: before })))).toEqual([
      ...stable.slice(0, 1),
      "replaced ctf:s/a/de",
      stable[1],
    ]);
  });

  test("of another environment than visitors see changes no stable id", () => {
    const decided = decidePublished(
      published({ "en-US": file("two") }),
      situation({ known: known({ "en-US": file("one") }), isDelivered: false }),
    );
    expect(said(decided)).toEqual(["removed one/a.jpg"]);
  });

  test("has another version when other bytes lie at the same address", () => {
    const decided = decidePublished(
      published({ "en-US": file("one", 200) }),
      situation({ known: known({ "en-US": file("one") }) }),
    );
    expect(decided.changes[0]).toMatchObject({
      kind: "replaced",
      original: file("one").url,
      version: "tone-1",
    });
    expect(decided.reason).toContain("other bytes at the same address");
  });

  test("of a locale that lost its file stands for the one behind it", () => {
    const before = known({ "en-US": file("one"), de: file("two") });
    const decided = decidePublished(published({ "en-US": file("one") }), situation({ known: before }));
    expect(said(decided)).toEqual(["removed two/a.jpg", "replaced ctf:s/a/de"]);
  });
});

describe("what is taken away", () => {
  test.each([
    ["unpublish", "purge", "purge", "removed"],
    ["archive", "block", "purge", "blocked"],
    ["delete", "purge", "block", "blocked"],
    ["delete", "block", "purge", "removed"],
  ] as const)(
    "by %s, where unpublished is %s and deleted is %s, is %s",
    (how, unpublished, deleted, kind) => {
      const policy = { ...USUAL_POLICY, unpublished, deleted };
      const decided = decideWithdrawn(
        withdrawn(how),
        situation({ known: known({ "en-US": file("one") }), policy }),
      );
      expect(new Set(decided.changes.map((change) => change.kind))).toEqual(new Set([kind]));
      expect(decided.changes).toHaveLength(4);
      expect(decided.block).toHaveLength(kind === "blocked" ? 4 : 0);
    },
  );

  test("is served on where another environment publishes it", () => {
    const policy = { ...USUAL_POLICY, unpublished: "block" } as const;
    const elsewhere = new Set([file("one").url]);
    const decided = decideWithdrawn(
      withdrawn("unpublish"),
      situation({ known: known({ "en-US": file("one") }), policy, elsewhere }),
    );
    expect(decided.changes.map(({ original }) => original)).not.toContain(file("one").url);
    expect(decided.reason).toContain("Another environment publishes its file, which is served on.");
  });

  test("twice asks for nothing the second time", () => {
    const decided = decideWithdrawn(
      withdrawn("archive"),
      situation({ known: known({ "en-US": file("one") }, { state: "unpublished" }) }),
    );
    expect([said(decided), decided.reason]).toEqual([[], "Archived. It was not published any more."]);
  });
});

test("an editor's block outlives publishing, the policy's does not", () => {
  const files = { "en-US": file("one") };
  const names = [file("one").url, "ctf:s/a", "ctf:s/a/de", "ctf:s/a/en-US"];
  const before = known(files, { state: "unpublished" });
  const of = (kind: "policy" | "editor") =>
    decidePublished(
      published(files),
      situation({ known: before, blocks: new Map(names.map((name) => [name, kind])) }),
    );
  expect(said(of("policy")).every((each) => each.startsWith("served"))).toBe(true);
  expect(of("policy").unblock?.toSorted()).toEqual(names.toSorted());
  expect([said(of("editor")), of("editor").unblock]).toEqual([[], []]);
  const asked = { kind: "asked", wish: "unblock", environment: "master", asset: "a", by: "me" } as const;
  const lifted = decideAsked(
    asked,
    situation({ known: before, blocks: new Map(names.map((name) => [name, "editor"])) }),
  );
  expect(lifted.unblock).toEqual(names);
});

describe("in whatever order events come", () => {
  const tokens = fc.constantFrom("one", "two", "three");
  const files = fc.dictionary(
    fc.constantFrom("en-US", "de"),
    tokens.map((token) => file(token)),
    { minKeys: 1 },
  );
  const event = fc.oneof(
    files.map((each) => published(each)),
    fc.constantFrom("unpublish", "archive", "delete").map((how) => withdrawn(how)),
  );
  const follow = (events: readonly { readonly event: ContentfulEvent; readonly place: number }[]) => {
    let asset: KnownAsset | undefined;
    const blocks = new Map<string, "policy">();
    const policy = { ...USUAL_POLICY, unpublished: "block" } as const;
    let purged = 0;
    for (const { event: each, place } of events) {
      const now = situation({ known: asset, place, blocks: new Map(blocks), policy });
      const decided =
        each.kind === "published"
          ? decidePublished(each, now)
          : each.kind === "withdrawn"
            ? decideWithdrawn(each, now)
            : undefined;
      asset = decided?.next ?? asset;
      for (const name of decided?.block ?? []) blocks.set(name, "policy");
      for (const name of decided?.unblock ?? []) blocks.delete(name);
      purged += decided?.changes.length ?? 0;
    }
    return { asset, blocks, purged };
  };

  test("the newest one is known in the end, and what it publishes is blocked nowhere", () => {
    fc.assert(
      fc.property(
        fc.array(event, { minLength: 1, maxLength: 6 }),
        fc.infiniteStream(fc.nat()),
        (events, order) => {
          const placed = events.map((each, at) => ({ event: each, place: at + 1 }));
          const mixed = placed
            .map((each) => ({ each, by: order.next().value ?? 0 }))
            .toSorted((a, b) => a.by - b.by)
            .map(({ each }) => each);
          const last = placed.at(-1);
          const { asset, blocks } = follow(mixed);
          expect(asset?.place).toBe(last?.place);
          expect(asset?.state === "published").toBe(last?.event.kind === "published");
          if (last?.event.kind !== "published") return;
          expect(asset?.files).toEqual(last.event.files);
          for (const { url } of Object.values(last.event.files)) expect(blocks.has(url)).toBe(false);
          expect(blocks.has("ctf:s/a")).toBe(false);
        },
      ),
    );
  });

  test("a second telling of everything names nothing", () => {
    fc.assert(
      fc.property(fc.array(event, { minLength: 1, maxLength: 6 }), (events) => {
        const placed = events.map((each, at) => ({ event: each, place: at + 1 }));
        expect(follow([...placed, ...placed]).purged).toBe(follow(placed).purged);
      }),
    );
  });
});

test("without locales of the space, a stable id stands for American English or the first file", () => {
  const decided = decidePublished(published({ fr: file("one") }), situation({ locales: NO_LOCALES }));
  expect(said(decided)).toEqual(["replaced ctf:s/a", "replaced ctf:s/a/fr"]);
});
