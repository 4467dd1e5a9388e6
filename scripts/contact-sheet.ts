// `npm run sheet`: renders every example of docs/reference/operations.md the way a request is rendered and lays the
// pictures out in .cache/contact-sheet, as PNG sheets and as a page. With --check nothing is written. Fails when an example is
// not understood, has another size than the reference says, or a parameter of the table has no example.
import { mkdir, rm, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import {
  chooseFormat,
  OPERATIONS,
  type OutputFormat,
  OWN_WATERMARK,
  parseDeliveryUrl,
  readQuery,
} from "@freshet/core";
import { CUTOUT_MASK, makeCutout, probe, render } from "@freshet/core/resize";
import { CACHE } from "../test/support/wordpress/cache.ts";
import { type Example, examplesOf } from "./contact-sheet/examples.ts";
import { makeOriginals } from "./contact-sheet/originals.ts";
import { pageOf, type Shown, sheetsOf } from "./contact-sheet/sheets.ts";

const FOLDER = join(CACHE, "contact-sheet");
const ACCEPT = "image/webp,image/*";

const begun = performance.now();
const originals = await makeOriginals();
const wanted = OPERATIONS.flatMap(({ name }) =>
  examplesOf(name).map((example) => ({ operation: name, example })),
);
const faults: string[] = [...missingExamples()];
const shown: Shown[] = new Array(wanted.length);
let next = 0;
await Promise.all(
  Array.from({ length: availableParallelism() }, async () => {
    while (next < wanted.length) {
      const place = next++;
      const each = wanted[place];
      if (each) shown[place] = await show(each.operation, each.example, place);
    }
  }),
);

if (!process.argv.includes("--check")) {
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
  for (const { file, bytes } of shown) await writeFile(join(FOLDER, file), bytes);
  for (const [at, sheet] of (await sheetsOf(shown)).entries()) {
    await writeFile(join(FOLDER, `sheet-${at + 1}.png`), sheet);
  }
  await writeFile(join(FOLDER, "index.html"), pageOf(shown));
  console.log(`The sheets and a page are in ${FOLDER}.`);
}
for (const fault of faults) console.error(fault);
const seconds = ((performance.now() - begun) / 1000).toFixed(1);
console.log(`${shown.length} examples in ${seconds} s, ${faults.length} of them wrong.`);
process.exitCode = faults.length === 0 ? 0 : 1;

async function show(operation: string, example: Example, place: number): Promise<Shown> {
  const { original, query, size } = example;
  const bytes = originals[original];
  const url = parseDeliveryUrl(`/v7/_demo_/${original}?${query}`);
  if (!url) throw new Error(`${query} cannot be read.`);
  for (const { parameter, text, expected } of url.remarks) {
    faults.push(`${query}: ${parameter}=${text} is not understood, ${expected} is expected.`);
  }
  const requested = url.transformation.encode?.force_format;
  const choice = { requested, accept: ACCEPT, source: await probe(bytes), auto: ["webp"] } as const;
  const { rival, ...chosen } = chooseFormat(choice);
  const format = chosen.format as OutputFormat;
  const images = new Map<string, Uint8Array>(
    [OWN_WATERMARK, "_demo_/logo"].map((image) => [image, originals.logo]),
  );
  const mask = url.transformation.cutout && (await makeCutout({ original: bytes }));
  if (mask) images.set(CUTOUT_MASK, mask);
  const rendered = await render(bytes, url.transformation, { format, rival, images });
  const got = `${rendered.width}x${rendered.height}`;
  if (got !== size) faults.push(`${original} ${query}: is ${got}, ${size} is expected.`);
  const file = `${String(place + 1).padStart(3, "0")}-${operation}.${rendered.format}`;
  return { example, operation, bytes: rendered.bytes, file, pages: rendered.pages };
}

/** Every parameter of pictures is shown where its operation is, under its own name or an alias. */
function missingExamples(): readonly string[] {
  return OPERATIONS.filter(({ name }) => name !== "video").flatMap(({ name, parameters }) => {
    const used = new Set(examplesOf(name).flatMap(({ query }) => readQuery(query).map((pair) => pair.name)));
    return (
      Object.entries<{ readonly aliases: readonly string[] }>(parameters)
        // Those with a number are the same once more.
        .filter(([parameter]) => !parameter.endsWith("]"))
        .filter(([parameter, { aliases }]) => ![parameter, ...aliases].some((each) => used.has(each)))
        .map(([parameter]) => `${parameter} has no example among those of ${name}.`)
    );
  });
}
