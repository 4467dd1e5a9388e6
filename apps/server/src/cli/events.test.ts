import fc from "fast-check";
import { expect, test } from "vitest";
import { readEvents, type ServerEvent } from "./events.ts";

async function read(text: string, cuts: readonly number[] = []): Promise<readonly ServerEvent[]> {
  const bytes = new TextEncoder().encode(text);
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((one, other) => one - other)];
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const [at, from] of places.entries())
        controller.enqueue(bytes.slice(from, places[at + 1] ?? bytes.length));
      controller.close();
    },
  });
  const found: ServerEvent[] = [];
  for await (const event of readEvents(stream)) found.push(event);
  return found;
}

test("events are read as the standard says", async () => {
  const text =
    ": a comment\n\nretry: 5\nevent: progress\nid: 7\ndata: a\ndata:b\n\ndata\n\nevent: empty\n\ndata: last\r\rdata: cut";
  expect(await read(text)).toEqual([
    { event: "progress", data: "a\nb", id: "7" },
    { event: "message", data: "", id: "7" },
    { event: "message", data: "last", id: "7" },
  ]);
});

test("wherever a stream is cut into pieces, its events are the same", async () => {
  const line = fc.constantFrom("data: ü€🙂", "data:x", "id: 1", "event: e", ":c", "", "");
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { maxLength: 12 }),
      fc.constantFrom("\n", "\r\n", "\r"),
      fc.array(fc.nat(500), { maxLength: 6 }),
      async (lines, end, cuts) => {
        const text = lines.map((each) => each + end).join("");
        expect(await read(`${text}:\n\n`, cuts)).toEqual(await read(`${text}:\n\n`));
      },
    ),
  );
});
