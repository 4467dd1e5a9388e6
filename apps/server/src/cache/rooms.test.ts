import fc from "fast-check";
import { expect, test } from "vitest";
import { LentRooms } from "./rooms.ts";

test("a room is lent to nobody else before it was given back, and is as large as was asked for", () => {
  const asked = fc.array(fc.record({ bytes: fc.integer({ min: 1, max: 600_000 }), returns: fc.boolean() }));
  fc.assert(
    fc.property(asked, (takes) => {
      const rooms = new LentRooms();
      const out = new Set<ArrayBufferLike>();
      for (const { bytes, returns } of takes) {
        const room = rooms.take(bytes);
        expect(room.length).toBeGreaterThanOrEqual(bytes);
        expect(room.length - bytes).toBeLessThan(32 * 1024);
        expect(out.has(room.buffer)).toBe(false);
        out.add(room.buffer);
        if (!returns) continue;
        rooms.giveBack(room);
        out.delete(room.buffer);
      }
    }),
    { numRuns: 20 },
  );
});

test("one that was given back is lent again", () => {
  const rooms = new LentRooms();
  const room = rooms.take(20_000);
  rooms.giveBack(room);
  expect(rooms.take(25_000)).toBe(room);
  expect(rooms.take(25_000)).not.toBe(room);
});
