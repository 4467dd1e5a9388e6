import { NativeSelect, TextInput } from "@mantine/core";
import { useState } from "react";
import { type changed, dayOf, type LogFilters, startOfDay } from "./filters.ts";
import classes from "./log.module.css";
import { whenChoices, whenOf } from "./when.ts";

export interface WhenFieldProps {
  readonly filters: LogFilters;
  readonly change: (some: Parameters<typeof changed>[1]) => void;
}

/** When it was asked for: a day of the last week by its name, or from one day to another. */
export function WhenField({ filters, change }: WhenFieldProps) {
  const choices = whenChoices(new Date());
  const [isOther, setOther] = useState(false);
  const { since, until } = filters;
  const isAny = since === undefined && until === undefined;
  const when = isOther ? "other" : whenOf(filters, choices);
  return (
    <>
      <NativeSelect
        label="When"
        value={when}
        onChange={(event) => {
          const choice = choices.find(({ id }) => id === event.currentTarget.value);
          setOther(choice === undefined);
          if (choice) change({ since: choice.since, until: choice.until });
        }}
        data={[
          ...choices.map(({ id, label }) => ({ value: id, label })),
          { value: "other", label: "Other days …" },
        ]}
      />
      {when === "other" && (isOther || !isAny) && (
        <div className={classes.days}>
          <TextInput
            type="date"
            label="From"
            value={since === undefined ? "" : dayOf(new Date(since))}
            onChange={(event) => change({ since: startOfDay(event.currentTarget.value)?.toISOString() })}
          />
          <TextInput
            type="date"
            label="To"
            value={until === undefined ? "" : dayOf(new Date(Date.parse(until) - 1))}
            onChange={(event) => change({ until: endOf(event.currentTarget.value) })}
          />
        </div>
      )}
    </>
  );
}

/** The day is within: what follows begins with the next one. */
function endOf(day: string): string | undefined {
  return startOfDay(day) === undefined ? undefined : startOfDay(day, 1)?.toISOString();
}
