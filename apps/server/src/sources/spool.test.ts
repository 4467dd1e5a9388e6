import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readBody } from "./body.ts";
import type { Spool } from "./spool.ts";

/** Keeps in memory what it is given, and tells what became of it. */
function spoolOf(more: Partial<Spool & { readonly room: number }> = {}) {
  const { room = Number.POSITIVE_INFINITY, ...others } = more;
  const bodies: { bytes: Buffer; isDiscarded: boolean }[] = [];
  const spool: Spool = {
    ...{ from: 100, maxBytes: 10_000 },
    takes: (beginning) => beginning[0] === 7,
    open() {
      const body = { bytes: Buffer.alloc(0), isDiscarded: false };
      bodies.push(body);
      return {
        async write(bytes) {
          body.bytes = Buffer.concat([body.bytes, bytes]);
          return body.bytes.length <= room;
        },
        digest: () => "",
        keep: async () => true,
        async discard() {
          body.isDiscarded = true;
        },
      };
    },
    ...others,
  };
  return { spool, bodies };
}

async function* cut(bytes: Uint8Array, lengths: readonly number[]) {
  let at = 0;
  for (const length of lengths) {
    // Given away: whoever reads a chunk may free its memory.
    yield bytes.slice(at, at + length);
    at += length;
  }
  if (at < bytes.length) yield bytes.slice(at);
}

const beginning = (first: number, length: number) =>
  Uint8Array.from({ length }, (_, at) => (at === 0 ? first : at % 251));

describe("a body that may be written away", () => {
  test("is whole in one place, however it comes: in memory while it is small, else in the spool", async () => {
    const lengths = fc.array(fc.oneof(fc.nat(3), fc.nat(300)), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(fc.nat(2_000), lengths, fc.boolean(), async (length, pieces, isAnnounced) => {
        const bytes = beginning(7, length);
        const { spool, bodies } = spoolOf();
        const size = { maxBytes: 500, announced: isAnnounced ? length : undefined, spool };
        const totals: number[] = [];
        const body = await readBody(cut(bytes, pieces), size, (total) => void totals.push(total));
        if (totals.length > 0) expect(totals.at(-1)).toBe(length);
        if (length <= 100) {
          expect(body).toEqual({ kind: "whole", bytes });
          expect(bodies).toEqual([]);
          return;
        }
        expect(body.kind === "spooled" && body.spooled.size).toBe(length);
        expect(bodies).toEqual([{ bytes: Buffer.from(bytes), isDiscarded: false }]);
        expect(body.kind === "spooled" && body.spooled.beginning[0]).toBe(7);
      }),
    );
  });

  test("has to fit into memory where the spool does not take it", async () => {
    const { spool, bodies } = spoolOf();
    const read = (length: number, announced?: number) =>
      readBody(cut(beginning(8, length), [60, 60]), { maxBytes: 500, announced, spool }, () => undefined);
    expect(await read(400)).toMatchObject({ kind: "whole" });
    expect(await read(600)).toEqual({ kind: "too-large" });
    expect(await read(600, 600)).toEqual({ kind: "too-large" });
    expect(bodies).toEqual([]);
  });

  test("is refused before anything is written where its length is announced", async () => {
    const { spool, bodies } = spoolOf();
    const size = { maxBytes: 500, announced: 10_001, spool };
    expect(await readBody(cut(beginning(7, 10_001), [60]), size, () => undefined)).toEqual({
      kind: "too-large",
    });
    expect(bodies).toEqual([]);
  });

  test.each([
    ["grows beyond the bound", { maxBytes: 1_000 }, { kind: "too-large" }],
    ["finds no room", { room: 800 }, { kind: "no-room" }],
  ])("is discarded where it %s", async (_, more, outcome) => {
    const { spool, bodies } = spoolOf(more);
    const size = { maxBytes: 500, announced: undefined, spool };
    expect(await readBody(cut(beginning(7, 2_000), Array(20).fill(90)), size, () => undefined)).toEqual(
      outcome,
    );
    expect(bodies.map(({ isDiscarded }) => isDiscarded)).toEqual([true]);
  });

  test("is discarded where it breaks off or is refused on its way", async () => {
    const broken = spoolOf();
    async function* breaking() {
      yield* cut(beginning(7, 400), [90, 90]);
      throw new Error("broken off");
    }
    const size = { maxBytes: 500, announced: undefined };
    await expect(readBody(breaking(), { ...size, spool: broken.spool }, () => undefined)).rejects.toThrow();
    const refused = spoolOf();
    const refusal = { kind: "refused", code: "IMAGE_UNREADABLE", reason: "" } as const;
    const refuse = (total: number) => (total > 200 ? refusal : undefined);
    const chunks = cut(beginning(7, 400), Array(4).fill(90));
    expect(await readBody(chunks, { ...size, spool: refused.spool }, refuse)).toEqual({
      kind: "refused",
      refusal,
    });
    for (const { bodies } of [broken, refused]) expect(bodies).toMatchObject([{ isDiscarded: true }]);
  });
});
