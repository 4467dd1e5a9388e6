import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createDevices } from "./devices.ts";

test("a browser is known to the user who signed in there, at every instance, and to nobody else", async () => {
  const key = randomBytes(32);
  const [one, other] = [createDevices(async () => key), createDevices(async () => key)];
  const proof = await one.make("0123456789ab");
  expect(await other.isKnown(proof, "0123456789ab")).toBe(true);
  expect(await other.isKnown(proof, "0123456789ac")).toBe(false);
  expect(await createDevices(async () => randomBytes(32)).isKnown(proof, "0123456789ab")).toBe(false);
  expect(await one.isKnown(undefined, "0123456789ab")).toBe(false);
  await fc.assert(
    fc.asyncProperty(fc.string(), async (text) => {
      expect(await one.isKnown(text, "0123456789ab")).toBe(false);
    }),
  );
});
