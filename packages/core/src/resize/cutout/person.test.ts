import sharp from "sharp";
import { expect, it } from "vitest";
import { add, double, look, type Maps, mean, mix, relu, Weights, weigh } from "./network.ts";
import { findPeople } from "./person.ts";

const pictureOf = async (inside: string) => {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="300" height="400"><rect width="300" height="400" fill="#8fa3b5"/>${inside}</svg>`;
  const { data, info } = await sharp(Buffer.from(svg))
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
};
const BUST =
  '<path d="M30 400 q0 -130 120 -130 q120 0 120 130 z" fill="#2b3a67"/><rect x="125" y="210" width="50" height="80" fill="#d9a48a"/><ellipse cx="150" cy="150" rx="65" ry="85" fill="#e0b096"/><path d="M80 150 q0 -100 70 -100 q70 0 70 100 q-10 -60 -70 -60 q-60 0 -70 60 z" fill="#3b2416"/><circle cx="128" cy="145" r="6" fill="#222"/><circle cx="172" cy="145" r="6" fill="#222"/><path d="M130 195 q20 14 40 0" stroke="#a33" stroke-width="5" fill="none"/>';

it("sees a person where one is drawn, and nobody where nobody is", async () => {
  const { data, width } = await findPeople(await pictureOf(BUST));
  const at = (x: number, y: number) =>
    data[Math.floor((y / 400) * 256) * width + Math.floor((x / 300) * 256)] ?? -1;
  expect(Math.min(at(150, 150), at(150, 330))).toBeGreaterThan(0.6);
  expect(Math.max(at(15, 30), at(285, 30))).toBeLessThan(0.1);
  const nobody = await findPeople(await pictureOf(""));
  expect(Math.max(...nobody.data)).toBeLessThan(0.5);
});

it("does in each layer what is written of it, at small sizes reckoned by hand", () => {
  const weights = (...numbers: number[]) => new Weights(new Uint8Array(Float16Array.from(numbers).buffer));
  const maps: Maps = { side: 2, channels: 1, data: Float32Array.of(1, 2, 3, 4) };
  expect([...mix(weights(2, -1, 0.5, 10), maps, 2, relu).data]).toEqual([2.5, 9, 4.5, 8, 6.5, 7, 8.5, 6]);
  // At stride 2 the only place looks at all four from its lower right: nothing lies before an even side.
  const ones = Array.from({ length: 9 }, () => 1);
  expect([...look(weights(...ones, 1), maps, { size: 3, stride: 2 }, relu).data]).toEqual([11]);
  expect([...look(weights(...ones, 0), maps, { size: 3 }, relu).data]).toEqual([10, 10, 10, 10]);
  expect([...look(weights(...ones, 1), maps, { size: 3, stride: 2, to: 1 }, relu).data]).toEqual([11]);
  expect([...mean(maps).data]).toEqual([2.5]);
  expect([...weigh(maps, mean(maps)).data]).toEqual([2.5, 5, 7.5, 10]);
  expect([...add(maps, maps).data]).toEqual([2, 4, 6, 8]);
  expect([...double(maps).data.subarray(0, 4)]).toEqual([1, 1.25, 1.75, 2]);
  expect(() => weights(1).take(2)).toThrow("fewer weights");
});
