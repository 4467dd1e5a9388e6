import type { Outcome } from "../cell.ts";
import type { Panel } from "../chart/panel.ts";
import { NAMES } from "../chart/panel.ts";
import type { Measured } from "../goals.ts";
import type { Rounds } from "../rounds.ts";
import { median, type Ratio, ratioOf } from "../statistics.ts";
import { megabytes, shown, table } from "../table.ts";
import type { Misses, MissRound } from "./compare.ts";

type Value = (round: MissRound) => number;

const cpuAlone: Value = ({ alone }) => alone.cpuMs;
const cpuCrowd: Value = ({ crowd }) => crowd.cpuMs;
const perSecond: Value = ({ crowd }) => crowd.perSecond;

/** What a value of one contender is to another's, inside rounds; undefined where one is not here. */
function between(
  peers: readonly Rounds<MissRound>[],
  value: Value,
  one: string,
  other: string,
): Ratio | undefined {
  const [first, second] = [one, other].map((name) =>
    peers.find((peer) => peer.name === name)?.rounds.map(value),
  );
  return first && second && ratioOf(first, second);
}

/** Table, goals and panel of one format. */
export function reportMisses(misses: Misses): Outcome {
  const { task, peers } = misses;
  const own = (value: Value, other: string) => between(peers, value, "freshet", other);
  const found: Record<string, Ratio | undefined> = {
    [`G1.${task.format}.1`]: own(cpuAlone, "bare sharp"),
    [`G1.${task.format}.16`]: own(cpuCrowd, "bare sharp"),
    [`G2.${task.format}`]: own(perSecond, "bare sharp"),
    ...(task.format === "jpeg" && {
      "G3.ipx": own(cpuCrowd, "ipx"),
      "G3.image-filter": own(cpuCrowd, "nginx image_filter"),
      "G3.vipsthumbnail": own(cpuCrowd, "vipsthumbnail"),
      "G3.imgproxy": own(perSecond, "imgproxy"),
      "G3.thumbor": own(perSecond, "thumbor"),
    }),
  };
  const measured = Object.fromEntries(
    Object.entries(found).filter(([, ratio]) => ratio !== undefined),
  ) as Measured;
  return { figures: misses, tables: [missTable(misses)], measured, panels: [missPanel(misses)] };
}

function missTable({ task, peers, outputs }: Misses): string {
  const rows = peers.map(({ name, rounds }) => {
    const of = (value: Value) => median(rounds.map(value));
    const times = (value: Value) => {
      const ratio = between(peers, value, name, "bare sharp");
      return ratio ? shown(ratio) : "–";
    };
    const output = outputs.find((each) => each.name === name);
    return [
      name,
      of(cpuAlone).toFixed(1),
      times(cpuAlone),
      of(cpuCrowd).toFixed(1),
      times(cpuCrowd),
      of(({ alone }) => alone.milliseconds).toFixed(0),
      of(perSecond).toFixed(1),
      times(perSecond),
      [0, 1].map((at) => of(({ crowd }) => crowd.latencies[at] ?? 0).toFixed(0)).join(" / "),
      megabytes(Math.max(...rounds.map(({ peakBytes }) => peakBytes))),
      (output?.bytes ?? Number.NaN).toFixed(2),
      (output?.points ?? Number.NaN).toFixed(1),
    ];
  });
  const head = [
    "",
    ...["CPU ms alone", "× sharp", "CPU ms of 16", "× sharp", "alone ms", "a second of 16", "× sharp"],
    ...["p50 / p99 ms of 16", "peak MB", "bytes ×", "points +"],
  ];
  const title = `Uncached JPEG of 12 to 24 megapixels → ${NAMES[task.format]} q${task.quality}, ${task.width} pixels wide`;
  return table(title, [head, ...rows]);
}

function missPanel({ task, peers }: Misses): Panel {
  return {
    title: `An uncached ${NAMES[task.format]}: CPU per picture, 16 in flight`,
    axis: "× bare sharp (less is better)",
    base: { at: 1, label: "bare sharp" },
    rows: peers
      .filter(({ name }) => name !== "bare sharp")
      .flatMap(({ name }) => {
        const ratio = between(peers, cpuCrowd, name, "bare sharp");
        return ratio ? [{ name, ratio }] : [];
      }),
  };
}
