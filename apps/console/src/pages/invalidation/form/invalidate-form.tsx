import { Button, TextInput } from "@mantine/core";
import { type FormEvent, useMemo, useRef, useState } from "react";
import { ConfirmDialog } from "../../../pieces/confirm-dialog.tsx";
import { Notice } from "../../../pieces/notice.tsx";
import { Problem } from "../../../pieces/states.tsx";
import { useInvalidate } from "../journal.ts";
import type { ProjectRules } from "../project-rules.ts";
import { CostOfAll } from "./cost-of-all.tsx";
import classes from "./form.module.css";
import { HowToWrite } from "./how-to-write.tsx";
import { LineList } from "./line-list.tsx";
import { PathField } from "./path-field.tsx";
import { Received } from "./received.tsx";
import { ScopeChoice } from "./scope-choice.tsx";
import { TagChoice } from "./tag-choice.tsx";
import { createKeyring, type FormScope, type FormState, hasLines, readWish } from "./wish.ts";

const LONGEST_NOTE = 500;
const WHAT: Readonly<Record<FormScope, readonly [one: string, many: string]>> = {
  original: ["original", "originals"],
  folder: ["folder", "folders"],
  tags: ["tag", "tags"],
  urls: ["URL", "URLs"],
  all: ["everything", "everything"],
};

export interface InvalidateFormProps {
  readonly project: string;
  readonly rules: ProjectRules;
}

/** Asks for an invalidation. What is written is checked as the server will check it, while it is written. */
export function InvalidateForm({ project, rules }: InvalidateFormProps) {
  const [state, setState] = useState<FormState>({ scope: "original", text: "", tags: [], note: "" });
  const [isAsking, setAsking] = useState(false);
  const [isTried, setTried] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const ring = useRef(createKeyring());
  const [rest, setRest] = useState("");
  const send = useInvalidate(project);
  const wish = useMemo(() => readWish(state, rules), [state, rules]);
  const { scope, text } = state;
  const change = (some: Partial<FormState>) => {
    setState((before) => ({ ...before, ...some }));
    setTried(false);
  };
  const correct = (corrected: string) => {
    change({ text: corrected });
    field.current?.focus();
  };

  const submit = () => {
    if (wish.request === undefined || send.isPending) return;
    const { request } = wish;
    send.mutate(
      { request, idempotencyKey: ring.current.keyOf(request) },
      {
        onSuccess() {
          ring.current.arrived();
          change({ text: rest, tags: [], note: "" });
          setRest("");
          setAsking(false);
        },
      },
    );
  };
  const asked = (event: FormEvent) => {
    event.preventDefault();
    if (wish.request === undefined) {
      setTried(true);
      field.current?.focus();
    } else if (scope === "all") setAsking(true);
    else submit();
  };

  return (
    <section aria-labelledby="invalidate" className={classes.card}>
      <h2 id="invalidate" className={classes.title}>
        Invalidate
      </h2>
      <form onSubmit={asked} className={classes.columns} noValidate>
        <div className={classes.fields}>
          <ScopeChoice scope={scope} chosen={(chosen) => change({ scope: chosen })} />
          {hasLines(scope) && (
            <PathField
              {...{ field, state, wish, rules }}
              written={(written) => {
                setRest("");
                change({ text: written });
              }}
            />
          )}
          {scope === "tags" && (
            <TagChoice all={rules.tags} tags={state.tags} chosen={(tags) => change({ tags })} />
          )}
          <TextInput
            label="Note for the log"
            description="Why, for whoever reads it later. May be empty."
            value={state.note}
            maxLength={LONGEST_NOTE}
            onChange={(event) => change({ note: event.currentTarget.value })}
          />
          {isTried && wish.problem !== undefined && <Notice kind="bad" title={wish.problem} />}
          {wish.split !== undefined && (
            <Notice kind="warn" title={wish.problem ?? ""}>
              <Button
                variant="default"
                size="xs"
                onClick={() => {
                  setRest(wish.split?.rest ?? "");
                  change({ text: wish.split?.first ?? "" });
                }}
              >
                Take the first 10 now, the others next
              </Button>
            </Notice>
          )}
          {send.error && !isAsking && <Problem error={send.error} />}
          <div className={classes.submit}>
            <Button
              type="submit"
              loading={send.isPending && !isAsking}
              {...(scope === "all" && { color: "red.9" })}
            >
              {buttonText(scope, wish.count)}
            </Button>
            {rest !== "" && <span className={classes.hint}>The others are written here afterwards.</span>}
          </div>
          {send.data && <Received project={project} uuid={send.data.invalidation.uuid} />}
        </div>
        <div className={classes.aside}>
          {scope === "all" ? (
            <CostOfAll project={project} />
          ) : wish.lines.length > 0 ? (
            <LineList text={text} lines={wish.lines} corrected={correct} />
          ) : (
            scope !== "tags" && <HowToWrite scope={scope} rules={rules} />
          )}
        </div>
      </form>
      <ConfirmDialog
        isOpen={isAsking}
        title={`Invalidate everything of ${project}?`}
        action="Invalidate everything"
        isDangerous
        typed={project}
        isBusy={send.isPending}
        error={send.error}
        confirmed={submit}
        closed={() => setAsking(false)}
      >
        <CostOfAll project={project} />
      </ConfirmDialog>
    </section>
  );
}

function buttonText(scope: FormScope, count: number): string {
  if (scope === "all") return "Invalidate everything …";
  const [one, many] = WHAT[scope];
  if (count === 0) return "Invalidate";
  return `Invalidate ${count.toLocaleString()} ${count === 1 ? one : many}`;
}
