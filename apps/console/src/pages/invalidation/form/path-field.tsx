import { Textarea } from "@mantine/core";
import type { RefObject } from "react";
import type { ProjectRules } from "../project-rules.ts";
import classes from "./form.module.css";
import { exampleOf } from "./how-to-write.tsx";
import { summaryOf } from "./line-list.tsx";
import { type FormState, MOST_LINES, type Wish } from "./wish.ts";

const LABELS: Partial<Record<FormState["scope"], string>> = {
  original: "Paths of originals",
  folder: "Folders",
  urls: "Exact URLs",
};

export interface PathFieldProps {
  readonly field: RefObject<HTMLTextAreaElement | null>;
  readonly state: FormState;
  readonly wish: Wish;
  readonly rules: ProjectRules;
  readonly written: (text: string) => void;
}

/** Where paths are written, and how many were understood. */
export function PathField({ field, state, wish, rules, written }: PathFieldProps) {
  const ending = { original: "flat1.jpg", folder: "summer/*", urls: "flat1.jpg?w=500", all: "", tags: "" }[
    state.scope
  ];
  return (
    <>
      <Textarea
        ref={field}
        label={LABELS[state.scope]}
        description={`Up to ${MOST_LINES}, separated by commas or line breaks.`}
        placeholder={`${exampleOf(rules)}${ending}`}
        value={state.text}
        onChange={(event) => written(event.currentTarget.value)}
        rows={5}
        resize="vertical"
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
        classNames={{ input: classes.paths ?? "" }}
      />
      <p role="status" className={classes.summary}>
        {summaryOf(wish.lines)}
      </p>
    </>
  );
}
