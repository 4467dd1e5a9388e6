import fc from "fast-check";
import { expect, it } from "vitest";
import { createEventReader, type StreamEvent } from "./event-stream.ts";

function read(texts: readonly string[]): readonly StreamEvent[] {
  const events: StreamEvent[] = [];
  const reader = createEventReader((event) => events.push(event));
  for (const text of texts) reader(text);
  return events;
}

it("reads names, ids and data of several lines, and leaves comments out", () => {
  const text = ": hello\n\nid: 7\nevent: progress\ndata: {\ndata: }\n\ndata:x\n\nevent: nothing\n\n";
  expect(read([text])).toEqual([
    { name: "progress", data: "{\n}", id: "7" },
    { name: "message", data: "x", id: "7" },
  ]);
});

it("reads the same however the text is cut, with every end of line", () => {
  const lines = fc.array(
    fc.constantFrom("data: a", "data", "id: 3", "event: done", ": note", "", "", "retry: 5"),
    { maxLength: 30 },
  );
  fc.assert(
    fc.property(lines, fc.constantFrom("\n", "\r\n", "\r"), fc.array(fc.nat(200)), (all, end, cuts) => {
      const whole = `${all.join(end)}${end}.`;
      const places = [0, ...cuts.map((cut) => cut % whole.length), whole.length].toSorted((a, b) => a - b);
      const parts = places.slice(1).map((to, at) => whole.slice(places[at], to));
      const expected = read([`${all.join("\n")}\n.`]);
      expect(read(parts)).toEqual(expected);
    }),
  );
});
