import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { probe, render } from "@freshet/core/resize";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeSamples } from "./samples.ts";

const rasterise = async (svg: Uint8Array, format: "jpeg" | "png") =>
  (await render(svg, {}, { format })).bytes;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "freshet-samples-"));
});
afterAll(() => rm(folder, { recursive: true }));

test("the first start makes pictures that can be shown large", async () => {
  const written = await writeSamples(folder, rasterise);
  expect(written).toEqual(["landscape.jpg", "portrait.jpg", "logo.png", "waves.gif"]);
  const facts = await Promise.all(written.map(async (name) => probe(await readFile(join(folder, name)))));
  expect(facts).toMatchObject([
    { format: "jpeg", width: 2_400, height: 1_600 },
    { format: "jpeg", width: 1_600, height: 2_000 },
    { format: "png", width: 1_200, height: 1_300, hasAlpha: true },
    { format: "gif", width: 480, height: 480, pages: 20 },
  ]);
  expect((await readdir(folder)).toSorted()).toEqual(written.toSorted());
}, 60_000);

test("a later start leaves what is there and makes only what is missing", async () => {
  await writeFile(join(folder, "landscape.jpg"), "mine");
  await rm(join(folder, "waves.gif"));
  expect(await writeSamples(folder, rasterise)).toEqual(["waves.gif"]);
  expect(await readFile(join(folder, "landscape.jpg"), "utf8")).toBe("mine");
});
