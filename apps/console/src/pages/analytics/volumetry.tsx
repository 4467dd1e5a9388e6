import { Figures } from "../../pieces/figures.tsx";
import classes from "./analytics.module.css";
import { TimeChart } from "./chart/time-chart.tsx";
import { NONE, writeBytes, writeCount, writeDay, writeRate, writeShare, writeStep } from "./format.ts";
import { StatsPage } from "./parts/stats-page.tsx";
import { bytesLabel, countLabel, MEASURE_WORDS, NOTHING } from "./parts/words.ts";
import type { VolumetryAnswer } from "./shapes.ts";
import { useAsked, useStats } from "./use-stats.ts";

const BURST_SECONDS = 600;

/** How much there was: in all, on average, at its peak. */
export function Volumetry() {
  const query = useStats<VolumetryAnswer>("/stats/volumetry", useAsked());
  return (
    <StatsPage
      area="volumetry"
      lead="How much there was: in all, on an average day, and when most came at once."
      query={query}
    >
      {(answer) => {
        const { traffic, requests, unique, cache, series } = answer;
        const measure = MEASURE_WORDS[cache.measure];
        const isMeasured = cache.total.most_bytes > 0;
        const sizeOf = (bytes: number) => writeBytes(isMeasured ? bytes : null);
        const about = unique.is_exact ? "" : "about ";
        return (
          <>
            <Figures
              figures={[
                { name: "Traffic", value: writeBytes(traffic.total) },
                { name: "Traffic, average a day", value: writeBytes(traffic.average_per_day) },
                {
                  name: "Traffic, peak day",
                  value: writeBytes(traffic.peak_day?.value),
                  more: traffic.peak_day ? writeDay(traffic.peak_day.at) : NONE,
                },
                {
                  name: "Traffic, peak 10 minutes",
                  value: writeBytes(traffic.peak_10m?.value),
                  more: traffic.peak_10m
                    ? `${writeRate(traffic.peak_10m.value, BURST_SECONDS)}, ${writeStep(traffic.peak_10m.at, "10m")}`
                    : NONE,
                },
              ]}
            />
            <TimeChart
              title="Traffic"
              unit="Bytes"
              head={answer}
              rows={series}
              lines={[{ key: "bytes", name: "Traffic", colour: "first" }]}
              write={writeBytes}
              label={bytesLabel}
              empty={NOTHING}
            />
            <Figures
              figures={[
                { name: "Requests", value: writeCount(requests.total) },
                { name: "Requests, average a day", value: writeCount(requests.average_per_day) },
                {
                  name: "Requests, peak day",
                  value: writeCount(requests.peak_day?.value),
                  more: requests.peak_day ? writeDay(requests.peak_day.at) : NONE,
                },
                {
                  name: "Requests, peak 10 minutes",
                  value: writeCount(requests.peak_10m?.value),
                  more: requests.peak_10m
                    ? `${writeCount(requests.peak_10m.value / BURST_SECONDS)} a second, ${writeStep(requests.peak_10m.at, "10m")}`
                    : NONE,
                },
              ]}
            />
            <TimeChart
              title="Requests"
              unit="Answers"
              head={answer}
              rows={series}
              lines={[{ key: "requests", name: "Requests", colour: "second" }]}
              write={writeCount}
              label={countLabel}
              empty={NOTHING}
            />
            <Figures
              figures={[
                { name: "Different originals", value: about + writeCount(unique.originals) },
                { name: "Different variants", value: about + writeCount(unique.variants) },
                {
                  name: "Variants of an original",
                  value: writeCount(unique.variants_per_original),
                  more: `variant rate (originals of a variant): ${writeCount(unique.originals_per_variant)}`,
                },
                {
                  name: `${measure.title}, average`,
                  value: sizeOf(cache.total.average_bytes),
                  more: `${sizeOf(cache.total.least_bytes)} to ${sizeOf(cache.total.most_bytes)}`,
                },
                {
                  name: "of it originals, average",
                  value: sizeOf(cache.originals.average_bytes),
                  more: `${sizeOf(cache.originals.least_bytes)} to ${sizeOf(cache.originals.most_bytes)}`,
                },
                {
                  name: "of it variants, average",
                  value: sizeOf(cache.variants.average_bytes),
                  more: `${sizeOf(cache.variants.least_bytes)} to ${sizeOf(cache.variants.most_bytes)}`,
                },
              ]}
            />
            <TimeChart
              title={`${measure.title}: originals and variants`}
              unit="Bytes kept"
              isLevel
              head={answer}
              rows={series}
              lines={[
                { key: "variants_bytes", name: "Variants", colour: "first" },
                { key: "originals_bytes", name: "Originals", colour: "second" },
              ]}
              write={writeBytes}
              label={bytesLabel}
              isStacked
              empty={
                cache.measure === "in_use" && answer.step !== "day"
                  ? "Of a project it is known by day: choose days as steps."
                  : "No measurement lies in this period."
              }
            />
            <p className={classes.dim}>
              {measure.title}: {measure.hint}.
              {!unique.is_exact &&
                ` Beyond ${writeCount(1_024)} of a kind, different ones are counted with an error of about ${writeShare(0.016)}.`}
            </p>
          </>
        );
      }}
    </StatsPage>
  );
}
