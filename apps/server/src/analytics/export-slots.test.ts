import { expect, test } from "vitest";
import { ExportSlots } from "./export-slots.ts";

const take = (slots: ExportSlots, who: string, times: number) =>
  Array.from({ length: times }, () => slots.take(who));

test("one who asks has a few places, and leaves the others to everybody else", () => {
  const slots = new ExportSlots();
  const [first] = take(slots, "key one", 4);
  expect(() => slots.take("key one")).toThrow(expect.objectContaining({ code: "EXPORTS_TOO_MANY" }));
  take(slots, "key two", 4);
  first?.();
  first?.();
  slots.take("key one");
  expect(() => slots.take("key one")).toThrow(expect.objectContaining({ code: "EXPORTS_TOO_MANY" }));
});

test("an instance has so many places, whoever asks", () => {
  const slots = new ExportSlots();
  const taken = ["a", "b", "c", "d"].flatMap((who) => take(slots, who, 4));
  expect(() => slots.take("e")).toThrow(expect.objectContaining({ code: "EXPORTS_TOO_MANY" }));
  for (const leave of taken) leave();
  take(slots, "e", 4);
});
