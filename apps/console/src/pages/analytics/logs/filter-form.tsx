import { Button, NativeSelect, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import classes from "../analytics.module.css";
import { SOURCE_WORDS } from "../parts/words.ts";
import { FILTER_NAMES, type FilterName, isStatus, LOGS, type LogFilters, type LogName } from "./log-kinds.ts";

const FORMATS = ["jpeg", "png", "webp", "avif", "gif", "svg", "jxl", "heif", "tiff"] as const;
const any = { value: "", label: "Any" };
const CHOICES: Partial<Readonly<Record<FilterName, readonly { value: string; label: string }[]>>> = {
  source: [any, ...Object.entries(SOURCE_WORDS).map(([value, [label]]) => ({ value, label }))],
  via: [any, { value: "instance", label: "Instances" }, { value: "node", label: "CDN nodes" }],
  output: [any, ...FORMATS.map((value) => ({ value, label: value.toUpperCase() }))],
};
const LABELS: Readonly<Record<FilterName, string>> = {
  ...{ url: "Part of the URL", status: "Status", origin: "Origin (host)", source: "From" },
  ...{ via: "Told by", output: "Format", code: "Error code" },
};
const HINTS: Partial<Readonly<Record<FilterName, string>>> = {
  ...{ status: "404 or 4xx", origin: "shop.example", code: "ORIGIN_SLOW", url: "/hat.jpg" },
};

/** Which rows of a log are wanted. What is chosen counts at once, what is written with Enter or the button. */
export function FilterForm(props: {
  readonly kind: LogName;
  readonly filters: LogFilters;
  readonly chosen: (filters: LogFilters) => void;
}) {
  const { kind, filters, chosen } = props;
  const [fault, setFault] = useState<string>();
  const send = (form: HTMLFormElement) => {
    const data = new FormData(form);
    const wanted = Object.fromEntries(
      FILTER_NAMES.flatMap((name) => {
        const value = data.get(name);
        return typeof value === "string" && value.trim() !== "" ? [[name, value.trim()]] : [];
      }),
    ) as LogFilters;
    const isWrong = wanted.status !== undefined && !isStatus(wanted.status.toLowerCase());
    setFault(isWrong ? "A status is one such as 404, or 4xx." : undefined);
    if (isWrong) return;
    chosen({ ...wanted, ...(wanted.status !== undefined && { status: wanted.status.toLowerCase() }) });
  };
  return (
    <search aria-label="Filters">
      <form
        className={classes.filters}
        onSubmit={(event: FormEvent<HTMLFormElement>) => {
          event.preventDefault();
          send(event.currentTarget);
        }}
      >
        {LOGS[kind].filters.map((name) => {
          const choices = CHOICES[name];
          const known = { name, label: LABELS[name], defaultValue: filters[name] ?? "" };
          const value = filters[name];
          const isOther = value !== undefined && !choices?.some((choice) => choice.value === value);
          return choices ? (
            <NativeSelect
              {...known}
              key={name}
              data={[...choices, ...(isOther ? [{ value, label: value }] : [])]}
              onChange={(event) => event.currentTarget.form && send(event.currentTarget.form)}
            />
          ) : (
            <TextInput
              {...known}
              key={name}
              placeholder={HINTS[name]}
              error={name === "status" ? fault : undefined}
              maxLength={name === "status" ? 3 : 300}
              autoComplete="off"
              spellCheck={false}
            />
          );
        })}
        <div className={classes.buttons}>
          <Button type="submit" variant="default">
            Search
          </Button>
          {Object.keys(filters).length > 0 && (
            <Button variant="subtle" onClick={() => chosen({})}>
              Clear filters
            </Button>
          )}
        </div>
      </form>
    </search>
  );
}
