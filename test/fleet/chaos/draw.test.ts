import fc from "fast-check";
import { expect, test } from "vitest";
import { randomFrom } from "../../storm/storm.ts";
import { createDraw } from "./draw.ts";
import { NODE_MISFORTUNES } from "./node-misfortunes.ts";
import { SERVER_MISFORTUNES } from "./server-misfortunes.ts";
import { STORE_MISFORTUNES } from "./store-misfortunes.ts";

const ALL = [SERVER_MISFORTUNES, STORE_MISFORTUNES, NODE_MISFORTUNES].flatMap((some) => Object.values(some));

test("each misfortune comes within seven rounds, and never two that need the same part", () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const draw = createDraw(ALL, 7, randomFrom(seed));
      const rounds = Array.from({ length: 7 }, draw);
      expect(new Set(rounds.flat()).size).toBe(ALL.length);
      for (const drawn of rounds) {
        const parts = drawn.flatMap((each) => each.parts);
        expect(new Set(parts).size).toBe(parts.length);
      }
    }),
  );
});
