import fc from "fast-check";
import { expect, test } from "vitest";
import { createOpenLines } from "./lines.ts";

/** A server in memory: sends the bytes in pieces, from a range where it takes ranges. */
function serving(bytes: Uint8Array, { piece = 7, takesRanges = true } = {}): typeof fetch {
  return async (_url, init) => {
    const range = /^bytes=(\d+)-$/.exec(new Headers(init?.headers).get("range") ?? "")?.[1];
    const from = takesRanges && range !== undefined ? Number(range) : 0;
    if (from > 0 && from >= bytes.byteLength) return new Response(null, { status: 416 });
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let at = from; at < bytes.byteLength; at += piece)
          controller.enqueue(bytes.subarray(at, at + piece));
        controller.close();
      },
    });
    return new Response(body, { status: from > 0 ? 206 : 200 });
  };
}
const URL_OF_RESULTS = "https://storage.example/results.jsonl";
const open = (send: typeof fetch, offset: number) =>
  createOpenLines(false, send)(URL_OF_RESULTS, offset, new AbortController().signal);

test("however the file is cut and wherever the reader stops, every line is read once", async () => {
  const line = fc.string({ unit: "grapheme", maxLength: 12 }).map((text) => JSON.stringify({ text }));
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { maxLength: 20 }),
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 5 }),
      fc.boolean(),
      fc.boolean(),
      async (lines, piece, most, takesRanges, endsWithNewLine) => {
        const bytes = Buffer.from(lines.join("\n") + (endsWithNewLine && lines.length > 0 ? "\n" : ""));
        const read: string[] = [];
        for (let offset = 0; ; ) {
          // Opened anew each time, as after a stop.
          const file = await open(serving(bytes, { piece, takesRanges }), offset);
          const some = await file.read(most);
          await file.close();
          read.push(...some.lines);
          offset = some.end;
          if (some.lines.length < most) break;
        }
        expect(read).toEqual(lines);
      },
    ),
  );
});

test("results are read over https only, and from this machine only where Shopify is a local one", async () => {
  const send = serving(Buffer.from("{}\n"));
  const signal = new AbortController().signal;
  await expect(createOpenLines(false, send)("http://storage.example/x", 0, signal)).rejects.toThrow(
    "not read from",
  );
  await expect(createOpenLines(true, send)("https://storage.example/x", 0, signal)).rejects.toThrow(
    "not read from",
  );
  await expect(createOpenLines(true, send)("http://127.0.0.1:1/x", 0, signal)).resolves.toBeDefined();
});

test("a file without a line's end is no reason to hold all of it", async () => {
  const file = await open(serving(Buffer.alloc(3_000_000, "x"), { piece: 65_536 }), 0);
  await expect(file.read(1)).rejects.toThrow("too long");
});
