import { Anchor, Group, SegmentedControl, Select, Textarea } from "@mantine/core";
import { useState } from "react";
import { CopyButton } from "../../../pieces/copy-button.tsx";
import { type Look, writeLook } from "../look.ts";
import { namingOf, spellingOf } from "../settings.ts";
import type { ProjectSettings } from "../shapes.ts";
import { shortestTarget } from "../shorter.ts";
import { targetOf } from "../target.ts";
import { Panel } from "./panel.tsx";
import classes from "./url-panel.module.css";

const FORMS = [
  { value: "canonical", label: "Canonical" },
  { value: "shortest", label: "Shortest" },
  { value: "signed", label: "Signed" },
] as const;
type Form = (typeof FORMS)[number]["value"];

const WORDS: Readonly<Record<Form, string>> = {
  canonical: "Every value in its one spelling, in the order of the table.",
  shortest: "The same pixels in the fewest letters: aliases are used, and what has no effect is left out.",
  signed: "As the project takes it. It comes last: any change needs another signature.",
};

export interface UrlPanelProps {
  readonly look: Look;
  readonly settings: ProjectSettings;
  readonly url: {
    /** Where URLs begin, and where else they may. */
    readonly endpoint: string;
    readonly endpoints: readonly string[];
    readonly chosen: (endpoint: string) => void;
  };
  /** The signed target, in a project that needs one. */
  readonly signed: string | undefined;
  /** False for a URL that names no picture. */
  readonly follow: (target: string) => boolean;
}

/** The delivery URL of what is looked at. It can be edited: the knobs follow. */
export function UrlPanel({ look, settings, url, signed, follow }: UrlPanelProps) {
  const [form, setForm] = useState<Form>("canonical");
  const [draft, setDraft] = useState<string>();
  const spelling = spellingOf(settings);
  const kind = form === "signed" && signed === undefined ? "canonical" : form;
  const target =
    kind === "signed" && signed !== undefined
      ? signed
      : kind === "shortest"
        ? shortestTarget(look, spelling, namingOf(settings))
        : writeLook(look, spelling);
  const whole = url.endpoint + target;
  const hosts = url.endpoints.map((each) => each.replace(/^https?:\/\//, ""));
  const [isWrong, setWrong] = useState(false);
  const page = new URL(window.location.href);
  page.searchParams.set("url", target);
  return (
    <Panel
      title="Delivery URL"
      lead={WORDS[kind]}
      actions={
        <Group gap="xs">
          {url.endpoints.length > 1 && (
            <Select
              size="xs"
              aria-label="Host"
              data={[...url.endpoints]}
              value={url.endpoint}
              onChange={(next) => next !== null && url.chosen(next)}
              allowDeselect={false}
            />
          )}
          <SegmentedControl
            size="xs"
            aria-label="Form of the URL"
            data={FORMS.filter(({ value }) => value !== "signed" || signed !== undefined).map((each) => ({
              ...each,
            }))}
            value={kind}
            onChange={(next) => setForm(next as Form)}
          />
        </Group>
      }
    >
      <Textarea
        aria-label="Delivery URL"
        description="Edit it, or paste another one: the knobs follow."
        autosize
        minRows={1}
        maxRows={6}
        value={draft ?? whole}
        classNames={{ input: classes.url ?? "" }}
        onChange={(event) => {
          // What was typed stays as it is until the field is left.
          const text = event.currentTarget.value;
          setDraft(text);
          setWrong(!follow(targetOf(text, hosts)));
        }}
        onBlur={() => {
          setDraft(undefined);
          setWrong(false);
        }}
        error={isWrong ? "This URL names no picture. Write /v7/<image URL or alias>/<path>." : undefined}
        spellCheck={false}
        autoComplete="off"
      />
      <Group gap="sm" mt="sm">
        <CopyButton text={whole} what="URL" label="Copy URL" />
        <CopyButton text={page.href} what="link to this page" label="Copy link to this page" />
        <Anchor href={whole} target="_blank" rel="noreferrer" size="sm">
          Open the picture
        </Anchor>
      </Group>
    </Panel>
  );
}
