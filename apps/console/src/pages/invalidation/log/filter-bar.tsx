import { INVALIDATION_SCOPES, INVALIDATION_STATUSES } from "@freshet/core";
import { Button, Checkbox, NativeSelect, TextInput } from "@mantine/core";
import { type FormEvent, useId, useState } from "react";
import type { ProjectRules } from "../project-rules.ts";
import { causeWord, SCOPE_WORDS, STATUS_WORDS } from "../words.ts";
import { changed, isFiltered, type LogFilters } from "./filters.ts";
import classes from "./log.module.css";
import { searchedBy } from "./search.ts";
import { WhenField } from "./when-field.tsx";

/** Causes that are offered; others can be written. */
const CAUSES = [
  "console",
  "api",
  "cli",
  "wordpress",
  "shopify",
  "contentful",
  "recheck",
  "settings",
  "state",
  "restore",
];

export interface FilterBarProps {
  readonly filters: LogFilters;
  /** Undefined until they are read: what an address means is not known before. */
  readonly rules: ProjectRules | undefined;
  readonly chosen: (filters: LogFilters) => void;
}

/** What of the log is looked at. */
export function FilterBar({ filters, rules, chosen }: FilterBarProps) {
  const change = (some: Parameters<typeof changed>[1]) => chosen(changed(filters, some));
  return (
    <search className={classes.filters} aria-label="Filters of the log">
      <PictureField key={filters.path ?? ""} {...{ filters, rules, change }} />
      <WhenField filters={filters} change={change} />
      <NativeSelect
        label="Status"
        value={filters.status ?? ""}
        onChange={(event) =>
          change({ status: INVALIDATION_STATUSES.find((each) => each === event.currentTarget.value) })
        }
        data={[
          { value: "", label: "Any" },
          ...INVALIDATION_STATUSES.map((value) => ({ value, label: STATUS_WORDS[value] })),
        ]}
      />
      <NativeSelect
        label="Scope"
        value={filters.scope ?? ""}
        onChange={(event) =>
          change({ scope: INVALIDATION_SCOPES.find((each) => each === event.currentTarget.value) })
        }
        data={[
          { value: "", label: "Any" },
          ...INVALIDATION_SCOPES.map((value) => ({ value, label: SCOPE_WORDS[value] })),
        ]}
      />
      <CauseField key={filters.cause ?? "any"} cause={filters.cause} change={change} />
      {isFiltered(filters) && (
        <Button variant="subtle" className={classes.clear ?? ""} onClick={() => chosen({})}>
          Clear filters
        </Button>
      )}
    </search>
  );
}

interface FieldProps extends Pick<FilterBarProps, "filters" | "rules"> {
  readonly change: (some: Parameters<typeof changed>[1]) => void;
}

/** The address of a picture in any form; what is searched for it is shown where that is another one. */
function PictureField({ filters, rules, change }: FieldProps) {
  const [text, setText] = useState(filters.path ?? "");
  const [error, setError] = useState<string>();
  const search = (event: FormEvent) => {
    event.preventDefault();
    if (!rules) return;
    if (text.trim() === "") return change({ path: undefined, isNamed: undefined });
    const searched = searchedBy(text, rules);
    if (searched.path === undefined) return setError(searched.sentence);
    setError(undefined);
    setText(searched.path);
    change({ path: searched.path });
  };
  return (
    <form onSubmit={search} className={classes.picture}>
      <TextInput
        label="Picture"
        description="Its path or any URL of it; /folder/* for a folder."
        value={text}
        error={error}
        disabled={rules === undefined}
        spellCheck={false}
        autoComplete="off"
        classNames={{ input: classes.mono ?? "" }}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setError(undefined);
        }}
      />
      <Button type="submit" variant="default" className={classes.search ?? ""}>
        Search
      </Button>
      {filters.path !== undefined && !filters.path.includes("*") && (
        <Checkbox
          className={classes.named ?? ""}
          label="Also what covers it by a folder, a tag or everything"
          checked={!filters.isNamed}
          onChange={(event) => change({ isNamed: event.currentTarget.checked ? undefined : true })}
        />
      )}
    </form>
  );
}

function CauseField({
  cause,
  change,
}: {
  readonly cause: string | undefined;
  readonly change: FieldProps["change"];
}) {
  const [isOther, setOther] = useState(cause !== undefined && !CAUSES.includes(cause));
  const [text, setText] = useState(cause ?? "");
  const id = useId();
  if (!isOther) {
    return (
      <NativeSelect
        label="Cause"
        value={cause ?? ""}
        onChange={(event) => {
          const { value } = event.currentTarget;
          if (value === "other") setOther(true);
          else change({ cause: value === "" ? undefined : value });
        }}
        data={[
          { value: "", label: "Any" },
          ...CAUSES.map((value) => ({ value, label: causeWord(value) })),
          { value: "other", label: "Another …" },
        ]}
      />
    );
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        change({ cause: text.trim() === "" ? undefined : text.trim() });
      }}
    >
      <TextInput
        id={id}
        label="Cause"
        placeholder="Kind, then Enter"
        value={text}
        maxLength={40}
        data-autofocus
        onChange={(event) => setText(event.currentTarget.value)}
        onBlur={() => text.trim() === "" && setOther(false)}
      />
    </form>
  );
}
