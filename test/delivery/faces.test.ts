import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask } from "../support/ask.ts";
import { demoOf } from "../support/demo.ts";
import { drawHeads, photographHeads } from "../support/drawn-faces.ts";
import { type Freshet, startFreshet } from "../support/freshet.ts";
import { metricOf } from "../support/metrics.ts";
import { type Origin, startOrigin } from "../support/origin.ts";

let origin: Origin;
let freshet: Freshet;

const GROUND = [159, 183, 201];
/** One head, whose face has its middle at 600,280. */
const GUIDE = [{ x: 600, y: 280, high: 200 }];
const COUPLE = [
  { x: 250, y: 280, high: 160 },
  { x: 620, y: 300, high: 160 },
];

beforeAll(async () => {
  origin = await startOrigin();
  const guide = await photographHeads(900, 600, GUIDE);
  origin.put("/guide.jpg", guide);
  origin.put("/couple.jpg", await photographHeads(900, 600, COUPLE));
  origin.put("/nobody.jpg", await photographHeads(900, 600, []));
  origin.put("/lying.jpg", await sharp(guide).rotate(90).withMetadata({ orientation: 8 }).jpeg().toBuffer());
  origin.put("/guide.svg", drawHeads(900, 600, GUIDE));
  origin.put("/guide.avif", await sharp(guide).avif({ effort: 0 }).toBuffer());
  for (const size of [1, 2, 3])
    origin.put(`/fresh-${size}.jpg`, await photographHeads(900, 600, GUIDE, `#9fb7c${size}`));
  freshet = await startFreshet({ config: demoOf(origin) });
});
afterAll(async () => {
  await freshet?.stop();
  await origin?.close();
});

async function get(target: string) {
  const { status, bytes, headers } = await ask(freshet, "demo", `/v7/_site_/${target}`, {
    accept: "image/png",
  });
  expect(status, target).toBe(200);
  const { data, info } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number) => [
    ...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3),
  ];
  return { bytes, headers, width: info.width, height: info.height, at };
}
type Answer = Awaited<ReturnType<typeof get>>;

/** The share of pixels that differ from the ground. */
function covered({ width, height, at }: Answer): number {
  let count = 0;
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1)
      if (at(x, y).some((value, band) => Math.abs(value - (GROUND[band] ?? 0)) > 40)) count += 1;
  return count / (width * height);
}

/** How much neighbours differ at most in the middle of a face. */
function detail({ at }: Answer, x: number, y: number, reach: number): number {
  let most = 0;
  for (let row = y - reach; row < y + reach; row += 1)
    for (let column = x - reach; column < x + reach; column += 1)
      most = Math.max(
        most,
        ...at(column, row).map((value, band) => Math.abs(value - (at(column + 1, row)[band] ?? 0))),
      );
  return most;
}

const looks = () => metricOf(freshet, 'freshet_looks_total{for="faces"}');

describe("faces over HTTP", () => {
  it("func=face cuts to the one face, in JPEG, AVIF and whatever orientation", async () => {
    for (const name of ["guide.jpg", "guide.avif", "lying.jpg"]) {
      const close = await get(`${name}?func=face&w=120&h=120&force_format=png`);
      expect([close.width, close.height]).toEqual([120, 120]);
      expect(covered(close), name).toBeGreaterThan(0.9);
      const wide = await get(`${name}?func=face&w=120&h=120&face_margin=200&force_format=png`);
      expect(covered(wide), name).toBeLessThan(0.6);
    }
  });

  it("func=face is a usual crop of two people, and of nobody", async () => {
    for (const name of ["couple.jpg", "nobody.jpg"]) {
      const face = await get(`${name}?func=face&w=120&h=120&force_format=png`);
      const crop = await get(`${name}?w=120&h=120&force_format=png`);
      expect(Buffer.compare(face.bytes, crop.bytes), name).toBe(0);
    }
  });

  it("func=facehide keeps a part without any", async () => {
    for (const name of ["guide.jpg", "couple.jpg"]) {
      const hidden = await get(`${name}?func=facehide&w=150&h=100&face_margin=60&force_format=png`);
      expect([hidden.width, hidden.height]).toEqual([150, 100]);
      // No eye, no mouth: the nearest is skin, and it is far away.
      for (let y = 0; y < 100; y += 1)
        for (let x = 0; x < 150; x += 1) {
          const [red = 0, green = 0, blue = 0] = hidden.at(x, y);
          expect(red > 190 && green > 130 && green < 180 && blue < 150, `${name} ${x},${y}`).toBe(false);
        }
    }
  });

  it("gravity=face and auto keep the face in sight", async () => {
    for (const gravity of ["face", "auto"]) {
      const crop = await get(`guide.jpg?w=100&h=300&gravity=${gravity}&force_format=png`);
      // The middle of the face, at half its size, lies in the middle.
      const [red = 0, , blue = 0] = crop.at(50, 140);
      expect(red - blue, gravity).toBeGreaterThan(40);
    }
  });

  it("blur_faces and pixelate_faces leave nothing to be recognised, before a watermark", async () => {
    const bare = await get("couple.jpg?force_format=png");
    for (const query of ["blur_faces=1", "pixelate_faces=1", "flip=h&blur_faces=1,5"]) {
      const hidden = await get(`couple.jpg?${query}&force_format=png`);
      for (const { x, y } of COUPLE) {
        const place = query.startsWith("flip") ? 899 - x : x;
        expect(detail(bare, x, y - 10, 30)).toBeGreaterThan(60);
        if (query !== "pixelate_faces=1") expect(detail(hidden, place, y - 10, 30), query).toBeLessThan(25);
        const colors = new Set(Array.from({ length: 100 }, (_, at) => hidden.at(place - 50 + at, y).join()));
        if (query === "pixelate_faces=1") expect(colors.size).toBeLessThanOrEqual(8);
      }
    }
    const marked = await get(
      "guide.jpg?pixelate_faces=1&wat=1&wat_text=MMMM&wat_fontsize=60&wat_gravity=absolute&wat_pos=55p,40p&force_format=png",
    );
    const hidden = await get("guide.jpg?pixelate_faces=1&force_format=png");
    expect(detail(hidden, 580, 270, 20)).toBeLessThan(detail(marked, 580, 270, 20));
  });

  it("finds the face of a drawing that is delivered as pixels", async () => {
    const close = await get("guide.svg?func=face&w=120&h=120&force_format=png");
    expect(covered(close)).toBeGreaterThan(0.9);
  });

  it("hides the face of a drawing as well, which is no drawing any more then", async () => {
    const type = async (query: string) =>
      (await ask(freshet, "demo", `/v7/_site_/guide.svg?${query}`, { accept: "image/png" })).headers.get(
        "content-type",
      );
    expect(await type("w=300")).toBe("image/svg+xml");
    expect(await type("w=300&blur_faces=0")).toBe("image/svg+xml");
    for (const query of ["blur_faces=1", "pixelate_faces=1", "func=facehide&w=90&h=90"])
      expect(await type(query), query).toBe("image/png");
    const hidden = await get("guide.svg?blur_faces=1");
    expect(detail(hidden, 600, 270, 30)).toBeLessThan(25);
  });

  it("looks once for all sizes of an original, and for those that are asked for together", async () => {
    const before = await looks();
    await get("fresh-1.jpg?func=face&w=90&h=90");
    expect(await looks()).toBe(before + 1);
    for (const query of [
      "func=face&w=80&h=80",
      "w=70&blur_faces=1",
      "w=60&h=90&gravity=auto",
      "func=facehide&w=50&h=50",
    ])
      await get(`fresh-1.jpg?${query}`);
    expect(await looks()).toBe(before + 1);
    await Promise.all([40, 50, 60, 70, 80].map((side) => get(`fresh-2.jpg?func=face&w=${side}&h=${side}`)));
    expect(await looks()).toBe(before + 2);
    // What asks nothing of faces pays nothing for them.
    await get("fresh-3.jpg?w=80&h=80");
    expect(await looks()).toBe(before + 2);
  });

  it("answers what is broken with a placeholder, not a failure of its own", async () => {
    const whole = await photographHeads(900, 600, GUIDE);
    origin.put("/broken.jpg", whole.subarray(0, whole.length / 2));
    const { status, headers } = await ask(freshet, "demo", "/v7/_site_/broken.jpg?func=face&w=90&h=90");
    expect([status, headers.get("freshet-error")]).toEqual([415, "IMAGE_UNREADABLE"]);
  });
});

describe("without the packages that find faces", () => {
  let blind: Freshet;
  beforeAll(async () => {
    const hook = new URL("../support/without-finder.mjs", import.meta.url).href;
    blind = await startFreshet({ config: demoOf(origin), env: { NODE_OPTIONS: `--import=${hook}` } });
  });
  afterAll(() => blind?.stop());

  const answer = (query: string) =>
    ask(blind, "demo", `/v7/_site_/guide.jpg?${query}&force_format=png`, { accept: "image/png" });

  it.each([
    ["func=face&w=120&h=120", "w=120&h=120", "func"],
    ["func=facehide&face_margin=10&w=120&h=120", "w=120&h=120", "func"],
    ["gravity=face&w=120&h=300", "gravity=auto&w=120&h=300", "gravity"],
    ["w=120&blur_faces=1&pixelate_faces=1", "w=120", "pixelate_faces, blur_faces"],
  ])("%s is answered as for a picture of nobody, and remarked", async (query, usual, remarked) => {
    const [one, other] = [await answer(query), await answer(usual)];
    expect([one.status, one.headers.get("freshet-remarks")]).toEqual([200, remarked]);
    expect(Buffer.compare(one.bytes, other.bytes)).toBe(0);
    expect(other.headers.get("freshet-remarks")).toBeNull();
  });

  it("says what to install to whoever asks", async () => {
    const { bytes } = await answer("func=face&w=120&h=120&ci_info=json");
    expect(JSON.parse(Buffer.from(bytes).toString()).remarks).toMatchObject([
      { parameter: "func", text: "face", expected: expect.stringContaining("@tensorflow/tfjs-core") },
    ]);
  });

  it("keeps nothing for the day when they are there", async () => {
    const query = "func=face&w=110&h=110";
    const before = await answer(query);
    await blind.restart({ config: demoOf(origin), env: {} });
    const after = await answer(query);
    expect(after.headers.get("freshet-remarks")).toBeNull();
    expect(Buffer.compare(after.bytes, before.bytes)).not.toBe(0);
  });
});
