import type { OutputFormat, Transformation } from "@freshet/core";
import { DEFAULT_LIMITS, improve, render } from "@freshet/core/resize";
import { type Photograph, photographs } from "../quality/photographs.ts";
import { pixelsOf } from "../quality/pixels.ts";
import { bytesAt, plainJpegs } from "../quality/search.ts";
import { judge } from "../quality/ssimulacra2.ts";
import { quantile } from "../statistics.ts";
import { table } from "../table.ts";

const WIDTH = 800;
const limits = { ...DEFAULT_LIMITS, timeoutMs: 600_000 };
const WISHES = { "no q": {}, "q=60": { encode: { q: 60 } } } as const satisfies Record<
  string,
  Transformation
>;
const WRITTEN = ["avif", "jpeg", "webp"] as const satisfies readonly OutputFormat[];
/** Bytes of a better answer, divided by those of a plain JPEG with as many points. */
const MOST_BYTES = { avif: 0.64, jpeg: 0.9 } as const;

/** One answer to one wish, as SSIMULACRA2 judges it. */
interface Written {
  readonly format: (typeof WRITTEN)[number];
  readonly wish: keyof typeof WISHES;
  readonly answer: "first" | "better";
  readonly bytes: number;
  readonly points: number;
  /** Divided by the bytes of a plain JPEG with as many points; NaN beyond what was tried. */
  readonly toJpeg: number;
  /** Of this process: everything from the original's bytes on. */
  readonly cpuMs: number;
}

/** Every `step`th photograph in the formats that are answered at once, and what becomes of them when nobody waits. */
export async function measureFormats(
  step: number,
  progress: (text: string) => void,
): Promise<readonly Written[]> {
  const some = (await photographs(progress)).filter((_, at) => at % step === 0);
  const found: Written[] = [];
  for (const [at, photograph] of some.entries()) {
    found.push(...(await writtenOf(photograph)));
    progress(`judged photograph ${at + 1} of ${some.length}, ${photograph.name}`);
  }
  return found;
}

async function writtenOf({ bytes }: Photograph): Promise<readonly Written[]> {
  const resize = { w: WIDTH, org_if_sml: true };
  const lossless = await render(bytes, { resize }, { format: "png", limits });
  const original = await pixelsOf(lossless.bytes);
  const pointsOf = judge(original);
  const plain = await plainJpegs(original, pointsOf);
  const found: Written[] = [];
  for (const [wish, encode] of Object.entries(WISHES) as [Written["wish"], Transformation][]) {
    for (const format of WRITTEN) {
      const note = async (answer: Written["answer"], cpuMs: number, written: Uint8Array) => {
        const points = pointsOf(await pixelsOf(written));
        const toJpeg = written.length / bytesAt(plain, points);
        found.push({ format, wish, answer, bytes: written.length, points, toJpeg, cpuMs });
      };
      const asked = { resize, ...encode };
      const first = await timed(() => render(bytes, asked, { format, limits }));
      await note("first", first.cpuMs, first.result.bytes);
      if (format === "webp") continue;
      const { result, cpuMs } = await timed(() => improve(bytes, asked, { format, limits }));
      // What is not better is thrown away: the first answer stays.
      await note("better", cpuMs, (result.better ?? first.result).bytes);
    }
  }
  return found;
}

async function timed<Result>(work: () => Promise<Result>) {
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  return { result, cpuMs: (user + system) / 1_000 };
}

const mean = (values: readonly number[]) => values.reduce((sum, each) => sum + each, 0) / values.length;
const ratioOf = (all: readonly Written[]) =>
  Math.exp(mean(all.map(({ toJpeg }) => Math.log(toJpeg)).filter(Number.isFinite)));

/** A table, and how each better answer stands to its aim. */
export function reportFormats(all: readonly Written[]) {
  const rows = (Object.keys(WISHES) as Written["wish"][]).flatMap((wish) =>
    WRITTEN.flatMap((format) =>
      (["first", "better"] as const).map((answer) => {
        const of = (which: Written["answer"]) =>
          all.filter((each) => each.wish === wish && each.format === format && each.answer === which);
        return { name: `${format}, ${wish}, ${answer}`, some: of(answer), firsts: of("first") };
      }),
    ),
  );
  const shown = rows.filter(({ some }) => some.length > 0);
  const aims = (["avif", "jpeg"] as const).map((format) => ({
    text: `bytes of a better ${format} ÷ plain JPEG of as many points`,
    value: ratioOf(all.filter((each) => each.format === format && each.answer === "better")),
    atMost: MOST_BYTES[format],
    steady: true,
  }));
  return {
    table: table("Photographs 800 pixels wide, as they are answered first and later", [
      ["", "pictures", "bytes ÷ JPEG", "bytes ÷ first", "points", "points − first", "least", "CPU ms"],
      ...shown.map(({ name, some, firsts }) => {
        const gains = some.map(({ points }, at) => points - (firsts[at]?.points ?? 0));
        const shares = some.map(({ bytes }, at) => Math.log(bytes / (firsts[at]?.bytes ?? bytes)));
        return [
          name,
          some.length.toFixed(),
          ratioOf(some).toFixed(3),
          Math.exp(mean(shares)).toFixed(3),
          mean(some.map(({ points }) => points)).toFixed(1),
          mean(gains).toFixed(2),
          quantile(gains, 0).toFixed(2),
          mean(some.map(({ cpuMs }) => cpuMs)).toFixed(0),
        ];
      }),
    ]),
    aims,
  };
}

if (process.argv[1] === import.meta.filename) {
  const written = await measureFormats(Number(process.argv[2] ?? 1), (text) => console.error(text));
  const { table, aims } = reportFormats(written);
  console.log(table);
  for (const { text, value, atMost } of aims) console.log(`${text}: ${value.toFixed(3)} (aim ${atMost})`);
}
