// `npm run docs`: writes the generated reference and the published JSON Schema from the tables in the code.
// With --check it writes nothing and fails when something is stale.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, relative } from "node:path";
import { fileURLToPath } from "node:url";
import {
  CONTROL_PARAMETERS,
  INVALIDATION_ERRORS,
  OPERATIONS,
  type OperationName,
  type Parameter,
  RESERVED_PARAMETERS,
} from "@freshet/core";
import { CONFIG_SCHEMA, ENVIRONMENT } from "../apps/server/dist/config/schema.js";
import { expected, type Schema } from "../apps/server/dist/config/shape.js";
import { ERRORS } from "../apps/server/dist/errors.js";
import { apiPage } from "./api-page.ts";
import { cliPage } from "./cli-page.ts";
import { examplesOf } from "./contact-sheet/examples.ts";
import { code, page, table } from "./markdown.ts";
import { wordsFile } from "./words-file.ts";

/** What a parameter says of itself to readers. */
type Documented = Pick<Parameter<unknown>, "summary" | "expected" | "example" | "aliases">;

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** What is to be said of an operation besides its parameters. */
const NOTES: { readonly [Name in OperationName]?: string } = {
  resize: `Faces (\`func=face\`, \`func=facehide\`, \`gravity=face\`, \`gravity=auto\`) are found once an original, in its whole picture, and then known for
every size. A face counts from a score of 0.55 on; for \`facehide\`, \`blur_faces\` and \`pixelate_faces\` from 0.45, because one too many harms less
than one too few. It is at least 2 % of the shorter side. The dominant face is the only one, or one beside which every other is at most half as
high. Of an animation the first frame is looked at.

\`func=face\` cuts the box of the dominant face, grown by \`face_margin\` and then to the wanted ratio inside the picture; with one side it keeps the
ratio of that box, without any it cuts and does not scale. \`func=facehide\` keeps the largest part of the wanted ratio (without two sides or an
\`aspect_ratio\` that of the picture) which meets no box grown by \`face_margin\`. Where there is no such face, or no such part of at least 8 pixels, both crop as
usual, so that a close-up is *not* hidden by \`facehide\`: \`pixelate_faces\` does.

What finds faces are optional packages, \`@tensorflow/tfjs-core\` and \`@tensorflow/tfjs-backend-wasm\`. Without them every picture is answered as one of nobody,
and each wish above but \`gravity=auto\` is remarked.

\`func=proxy\` delivers any file with its own bytes: style sheets, scripts, fonts, audio, PDF, pictures. Nothing else may be asked for beside it.
[Files](urls.md#files) says more.`,
  faces: `Both are done where a face lies in the finished picture, after the filters and before the watermarks, whatever was cut, turned, tilted or padded
before; squares first. A box is grown by a quarter of itself on each side. Nobody can be found everywhere: a face that is turned away, covered, or smaller than 2 % of the
shorter side of its original may be missed, so what must not be shown has to be looked at. Of an animation every frame is covered where the
first has faces, each box grown by three quarters of itself; whoever comes in later is not covered. An SVG is delivered as pixels. A strict
project asks for both in a preset or a seal, because a URL overrides rules and defaults.

\`pixelate_faces\` is a provisional name. The radius of \`blur_faces\` is that of a mean and its sigma that of a bell, the narrower of both decides.`,
  cutout: `Finding the subject takes a second or two and waits until no visitor would have to, so the first answer is the picture as it is: with
\`Freshet-Pending: bg_remove\`, kept for 5 seconds by nodes and browsers and never immutable. Whoever asks later gets the result, under another ETag and kept
as long as any answer. It is found once for each original, whatever sizes are asked for, and kept with the variants; a warm-up waits for it.

A ground of one colour, or of one that changes evenly, is keyed out, also where a handle or a ring encloses it. Elsewhere a network says where people
are, and colours and edges part what it saw, or what stands inside of a border, from the rest. The outline is drawn at the size of the answer, and the
colour of the ground is taken out of half transparent pixels. Where nothing stands out clearly, and of drawings (SVG) and animations, the picture stays as it is:
\`Freshet-Remarks\` then names \`bg_remove\`, and the answer is kept as usual. So it is, for an hour, where the removal has failed three times.

The answer is in a format that is transparent: what the client takes of those that the project negotiates, else PNG for a JPEG. With \`bg_color\` it lies on that colour, and
\`force_format=jpeg\` is on white without one. What was transparent stays so. Whose own provider is better is asked first: \`cutouts\` of the [configuration](config.md)
names a module or an address ([how](../operations/backgrounds.md)); no picture leaves the machine otherwise.`,
  watermark: `A picture has five watermarks at most: \`wat[1]=1&wat_url[1]=…&wat[2]=1&wat_url[2]=…\`, brackets percent-encoded or not. Parameters
without a number are then what all of them share. They are laid above the filters, the later above the earlier, and corners are rounded after
that; what hangs over a side is cut. They are measured by the picture as it is delivered. Of an animation the first frame is laid over.

The image of a watermark is a source of the answer like the original itself: it is fetched from where originals may be and by the same
rules, an invalidation of it covers every picture it is on, and a version (\`vh\`) of the original makes no answer with it immutable. One that
cannot be had is answered as an original that cannot be had, with the placeholder: whoever protects pictures by a watermark is never shown
one without. A strict project asks for it in a preset or a seal, because a URL overrides rules and defaults.

Text is drawn with the faces of DejaVu that Freshet ships, whatever the host has; the box of a text is a line high and as wide as its
letters. Right-to-left scripts are shaped and ordered. A character that the face has not is shown as an empty box.

In the examples \`_demo_/logo\` is the logo, and so is the project's own watermark.`,
  video: `These are read where the original's path ends with \`.mp4\`, \`.m4v\`, \`.mov\`, \`.webm\` or \`.mkv\`; elsewhere they are the
origin's own. What else of this page a poster, a clip and a preview follow, and what it takes, stands in [videos](videos.md).`,
};

const PAGES: Readonly<Record<string, string>> = {
  "docs/reference/operations.md": operationsPage(),
  "docs/reference/errors.md": errorsPage(),
  "docs/reference/config.md": configPage(),
  "docs/reference/api.md": await apiPage(),
  "docs/reference/cli.md": cliPage(),
  "apps/server/freshet.config.schema.json": schemaFile(),
  "apps/wordpress/plugin/languages/freshet.pot": await wordsFile(`${ROOT}apps/wordpress/plugin`),
};

const stale: string[] = [];
for (const [name, text] of Object.entries(PAGES)) {
  const file = fileURLToPath(new URL(`../${name}`, import.meta.url));
  if ((await readFile(file, "utf8").catch(() => undefined)) === text) continue;
  stale.push(relative(ROOT, file));
  if (process.argv.includes("--check")) continue;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}
if (process.argv.includes("--check") && stale.length > 0) {
  console.error(`Stale: ${stale.join(", ")}. Run npm run docs.`);
  process.exitCode = 1;
} else {
  console.log(stale.length === 0 ? "The reference is up to date." : `Written: ${stale.join(", ")}.`);
}

function operationsPage(): string {
  const sections = OPERATIONS.map(({ name, parameters }) => {
    // Those with a number are the same once more.
    const named = Object.entries<Documented>(parameters).filter(([wireName]) => !wireName.endsWith("]"));
    const rows = named.map(([wireName, each]) => [
      code(wireName, ...each.aliases),
      each.summary,
      each.expected,
      code(`${wireName}=${each.example}`),
    ]);
    const notes = NOTES[name];
    const examples = examplesOf(name).map(({ original, query, size }) => [code(query), original, size]);
    return [
      `## ${name}`,
      table(["parameter", "what it does", "value", "example"], rows),
      ...(notes === undefined ? [] : [notes]),
      ...(examples.length === 0
        ? []
        : [
            `<details><summary>Examples</summary>\n\n${table(["query", "original", "size"], examples)}\n\n</details>`,
          ]),
    ].join("\n\n");
  });
  return page(
    "Operations",
    `Query parameters of a delivery URL. Operations are applied in the order of this page, whatever their order in the URL; the
last of equal parameters counts. A value that cannot be read is passed over, one beyond its range counts as the nearest in it, and
the image is delivered. Colours are sRGB: embedded profiles are applied and dropped, so of a wider gamut the nearest sRGB colour is
left; 16 bits become 8. Everything is done to every frame of an animation.

A project with \`"gamut": "p3"\` keeps more: an original whose profile has a primary outside of sRGB (Display P3, Adobe RGB, ProPhoto and
others made of primaries and curves) becomes Display P3, with a small profile that says so, as JPEG, PNG, WebP, AVIF and JPEG XL; colours beyond that are the
nearest in it. Colours in a URL are sRGB there too and are shown as such, and so are watermarks without a wide profile. Filters then count in
numbers of Display P3, which have the same curve: a grey stays that grey, and what is saturated stays more so. GIF, CMYK and greys are always sRGB. An
original that nothing is asked of is delivered with its own bytes, so with its own profile, whatever the setting.

Examples are made of a landscape (2400x1600), a portrait (1600x2000), a logo without background (1200x1300), moving waves (480x480),
a card (1500x1000, of which the picture is 900x600), a colour chart (600x400), a guide and a couple (900x600, one head and two) and a booklet (a PDF of 300x200 and 200x300 points), all drawn in code. \`npm run sheet\`
renders them as requests are rendered, with WebP accepted, and lays them out in \`.cache/contact-sheet\`.

An SVG stays one, whatever its size is asked to be, unless \`force_format\` names another format than \`original\`: it is delivered as what of
it draws, without scripts, handlers, links, foreign objects, fonts and addresses outside itself, and without comments and white space.
One that cannot be read strictly, or is too deep or too heavy, is delivered as pixels.

JPEG XL is sent to clients that name \`image/jxl\`, where the URL or the project lists it, in 2.5 megapixels at most; AVIF in 4, WebP in 13 (6 with transparency), GIF in 16,
JPEG in 26, PNG and animated WebP in 40. It has fewer where the original has to be held whole while it is read, as progressive JPEGs and WebPs have to: what reading and
writing take together is bounded, and grows with \`limits.cellBytes\`.

A PDF is delivered as a picture of one of its pages, on white, drawn in the size that is asked for: two pixels a point (144 to the inch) where none is. What
is drawn of it has 12 megapixels at most; more are enlarged from those. HEIC, JPEG XL, PSD, BMP, ICO, JPEG 2000 and cameras' files (DNG, CR2, NEF, ARW, RAF) are
delivered as JPEG, or as PNG where they are transparent, unless a format is asked for or negotiated.

The filters from \`bright\` to \`sharp\` may also stand in one parameter, \`f=bright:10,contrast:20,gray\`: one without a value is switched
on. Whatever the order there, they are applied in the order of this page, each rounded to whole numbers from 0 to 255. They see padding
and background as part of the picture. With a filter, hidden faces, a radius, a watermark, \`linear\` or \`bg_img_fit\` an answer has 16 megapixels at most; larger ones are
scaled down; with \`bg_remove\` it has 5.`,
    ...sections,
    `## Parameters that change no pixel

${code(...CONTROL_PARAMETERS)}. They are never sent to an origin.

* \`vh\`: the version of the original. A new one leads to a look at the origin; \`vh=c\` and the first 12 hex digits of the bytes'
  SHA-256 makes the answer immutable where it is true.
* \`ci_url_encoded=1\`: the original in the path is percent-encoded once more.
* \`ci_info=json\`: JSON instead of the image: of the original its version, format, bytes, width, height, pages, orientation, alpha, the colour
  that covers most, a ThumbHash (base64) and a BlurHash; the formats that may be delivered and the canonical transformation in effect; and the parameters
  that were not followed. Any other value than \`0\`: the image, and the same in the header \`Freshet-Info\`. The rules of the image hold for both.
* \`force_download\`: browsers save the answer, under the last part of the original's path; \`0\` is no. It may stand in presets, rules and defaults.
* \`p\`: name of a preset of the project. \`ci_cache\`: seconds that browsers and nodes may keep the answer.
* \`ci_sign\`, \`ci_seal\`, \`ci_eqs\`, \`fr_sig\`, \`fr_exp\`: signatures and ends.

[Delivery URLs](urls.md) explains the last two lines.

Every other parameter that is not on this page is sent on to the origin (\`forwardQuery\`).`,
    `## Reserved

Part of the language, but without effect yet; each use is remarked, none is sent to an origin: ${code(...RESERVED_PARAMETERS)}.`,
  );
}

function errorsPage(): string {
  const rows = Object.entries(ERRORS).map(([name, { status, sentence }]) => [
    code(name),
    String(status),
    sentence,
  ]);
  return page(
    "Errors",
    "Codes are permanent. Sentences say what happened, then what to do.",
    `## Server

Images answer with the status and the placeholder, the API with code and sentence.

${table(["code", "status", "sentence"], rows)}`,
    `## Invalidation client

\`InvalidationError\` of \`@freshet/core\`.

${table(
  ["code", "sentence"],
  Object.entries(INVALIDATION_ERRORS).map(([name, sentence]) => [code(name), sentence]),
)}`,
  );
}

function configPage(): string {
  const environment = Object.entries(ENVIRONMENT).map(([name, each]) => [
    code(name),
    each.description,
    each.default,
  ]);
  return page(
    "Configuration",
    `One JSON file and the environment, which wins. An unknown key is an error. The file's schema is
[freshet.config.schema.json](../../apps/server/freshet.config.schema.json): name it under \`$schema\` and an editor completes and checks.`,
    `## Environment\n\n${table(["variable", "what it is for", "default"], environment)}`,
    `## File\n\n${table(["key", "what it is for", "value", "default"], keysOf(CONFIG_SCHEMA, ""))}`,
  );
}

/** One row per key, keys of maps as <name>, entries of lists as []. */
function keysOf(schema: Schema, place: string): readonly (readonly string[])[] {
  if ("anyOf" in schema) return schema.anyOf.flatMap((each) => keysOf(each, place));
  if ("items" in schema) return keysOf(schema.items, `${place}[]`);
  if ("propertyNames" in schema) return describe(schema.additionalProperties, `${place}.<name>`);
  if (!("properties" in schema)) return [];
  return Object.entries(schema.properties).flatMap(([key, each]) =>
    describe(each, place === "" ? key : `${place}.${key}`),
  );
}

function describe(schema: Schema, place: string): readonly (readonly string[])[] {
  const value = "items" in schema ? `a list; each is ${expected(schema.items)}` : expected(schema);
  const preset = "default" in schema ? code(JSON.stringify(schema.default)) : "";
  return [[code(place), schema.description ?? "", value, preset], ...keysOf(schema, place)];
}

function schemaFile(): string {
  const head = { $schema: "http://json-schema.org/draft-07/schema#", title: "freshet.config.json" };
  return `${JSON.stringify({ ...head, ...CONFIG_SCHEMA }, null, 2)}\n`;
}
