import { NativeSelect, TextInput } from "@mantine/core";
import { useState } from "react";
import { useLocation, useNavigate } from "react-router";
import classes from "../analytics.module.css";
import {
  daysOf,
  faultOf,
  type Period,
  readPeriod,
  SPANS,
  type Span,
  stepsFor,
  type Wish,
  writePeriod,
} from "../period.ts";
import { STEPS } from "../shapes.ts";

const SPAN_WORDS: Readonly<Record<Span, string>> = {
  today: "Today",
  "7": "Last 7 days",
  "30": "Last 30 days",
  "90": "Last 90 days",
};
const STEP_WORDS = { "10m": "10 minutes", hour: "Hours", day: "Days" } as const;
const SPAN_NAMES = Object.keys(SPANS).toSorted((one, other) => SPANS[one as Span] - SPANS[other as Span]);

/** The period and its steps, which stand in the address: whoever gets it sees the same. */
export function PeriodBar(props: {
  /** Where nothing was chosen; undefined for everything that is kept. */
  readonly usual: Span | undefined;
  readonly hasSteps: boolean;
}) {
  const { usual, hasSteps } = props;
  const { pathname, search } = useLocation();
  const navigate = useNavigate();
  const [isOwn, setOwn] = useState(false);
  const now = Date.now();
  const period = readPeriod(search, now, usual);
  const shown: Wish | undefined = period.wish ?? (usual === undefined ? undefined : { span: usual });
  const change = (some: Partial<Period>) => {
    const next = writePeriod(search, { ...period, ...some });
    void navigate(next === "" ? pathname : `${pathname}?${next}`);
  };
  const hasDays = isOwn || (shown !== undefined && "from" in shown);
  return (
    <search className={classes.period} aria-label="Period">
      <NativeSelect
        label="Period"
        value={hasDays ? "own" : shown !== undefined && "span" in shown ? shown.span : ""}
        onChange={({ currentTarget: { value } }) => {
          setOwn(value === "own");
          if (value !== "own")
            change({ wish: value === "" ? undefined : { span: value as Span }, step: undefined });
        }}
        data={[
          ...(usual === undefined ? [{ value: "", label: "All that is kept" }] : []),
          ...SPAN_NAMES.map((value) => ({ value, label: SPAN_WORDS[value as Span] })),
          { value: "own", label: "From … to …" },
        ]}
      />
      {hasDays && (
        <OwnDays
          {...(shown === undefined ? daysOf({ span: "7" }, now) : daysOf(shown, now))}
          chosen={(wish) => {
            setOwn(false);
            change({ wish, step: undefined });
          }}
        />
      )}
      {hasSteps && shown !== undefined && (
        <NativeSelect
          label="Steps"
          value={period.step ?? ""}
          onChange={({ currentTarget: { value } }) => change({ step: STEPS.find((step) => step === value) })}
          data={[
            { value: "", label: "As fits" },
            ...stepsFor(shown, now).map((value) => ({ value, label: STEP_WORDS[value] })),
          ]}
        />
      )}
      <span className={classes.zone}>Days are UTC days.</span>
    </search>
  );
}

/** Days that somebody chooses; taken as soon as they are a period. */
function OwnDays(props: {
  readonly from: string;
  readonly to: string;
  readonly chosen: (wish: Wish) => void;
}) {
  const [days, setDays] = useState({ from: props.from, to: props.to });
  const fault = faultOf(days.from, days.to);
  const change = (some: Partial<typeof days>) => {
    const next = { ...days, ...some };
    setDays(next);
    if (faultOf(next.from, next.to) === undefined) props.chosen(next);
  };
  return (
    <>
      <div className={classes.days}>
        <TextInput
          type="date"
          label="From"
          value={days.from}
          onChange={(event) => change({ from: event.currentTarget.value })}
        />
        <TextInput
          type="date"
          label="To"
          value={days.to}
          onChange={(event) => change({ to: event.currentTarget.value })}
        />
      </div>
      {fault !== undefined && (
        <p role="alert" className={classes.fault}>
          {fault}
        </p>
      )}
    </>
  );
}
