import type { Cell } from "../cell.ts";
import { measuredRows } from "../goals.ts";
import { exactly, median, summarised } from "../statistics.ts";
import { table } from "../table.ts";
import { measureDeadOrigin } from "./dead-origin.ts";
import { measureSlowDownloads } from "./slow-download.ts";
import { measureWidths } from "./widths.ts";

const deadOrigin: Cell = {
  name: "dead-origin",
  group: "stress",
  about: "three origins beside one that takes connections and never answers",
  async run(parts, options, progress) {
    const rounds = await measureDeadOrigin(
      parts,
      { ...options, rounds: options.pace < 2 ? 1 : options.rounds },
      progress,
    );
    const of = (value: (round: (typeof rounds)[number]) => number) => summarised(rounds.map(value));
    const failures = Math.max(...rounds.map((round) => round.failures));
    if (failures > 0) throw new Error(`${failures} answers of the other origins were no pictures.`);
    const measured = {
      "G15.others": of(({ beside, alone }) => beside / alone),
      "G15.opens": of(({ opensAfter }) => opensAfter),
      "G15.fails": of(({ refusals }) => refusals[0] ?? Number.NaN),
      "G15.fails.p99": of(({ refusals }) => refusals[1] ?? Number.NaN),
    };
    return {
      figures: rounds,
      tables: [table("Three origins beside a dead one", [["", "median"], ...measuredRows(measured)])],
      measured,
    };
  },
};

const slowDownload: Cell = {
  name: "slow-download",
  group: "stress",
  about: "a picture from an origin of 2 MB/s beside its download and its render",
  async run(parts, options, progress) {
    const rounds = await measureSlowDownloads(parts, options, progress);
    const G26 = summarised(rounds.map(({ whole, download, transform }) => whole / (download + transform)));
    const rows = rounds.map(({ picture, download, transform, whole }) => [
      picture,
      ...[download, transform, whole].map((ms) => ms.toFixed(0)),
    ]);
    return {
      figures: rounds,
      tables: [
        table("An origin of 2 MB/s, ms", [["", "download", "bare render", "Freshet, last byte"], ...rows]),
      ],
      measured: { G26 },
    };
  },
};

const widths: Cell = {
  name: "widths",
  group: "stress",
  about: "200 requests over eight widths of one original at once",
  async run(parts, options, progress) {
    const rounds = await measureWidths(parts, options, progress);
    const most = (value: (round: (typeof rounds)[number]) => number) =>
      exactly(Math.max(...rounds.map(value)));
    const row = [
      most(({ fetches }) => fetches).median.toFixed(0),
      most(({ renders }) => renders).median.toFixed(0),
      median(rounds.map(({ seconds, inTurn }) => seconds / inTurn.seconds)).toFixed(2),
      median(rounds.map(({ cpuMs, inTurn }) => cpuMs / inTurn.cpuMs)).toFixed(2),
    ];
    return {
      figures: rounds,
      tables: [
        table("200 requests over eight widths of one original", [
          ["", "origin requests", "renders", "time ÷ one after the other", "CPU ÷"],
          ["freshet", ...row],
        ]),
      ],
      measured: { "G11.widths": most(({ fetches }) => fetches) },
    };
  },
};

export const ORIGINS: readonly Cell[] = [deadOrigin, slowDownload, widths];
