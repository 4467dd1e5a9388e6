import { Accordion, Badge, Button, SegmentedControl, Select } from "@mantine/core";
import { useState } from "react";
import { KnobRow } from "../controls/knob-row.tsx";
import type { OriginalFacts } from "../facts.ts";
import { type Knob, SECTIONS, type Section, watermarkOf } from "../knobs.ts";
import { type Look, withValue } from "../look.ts";
import type { ProjectSettings } from "../shapes.ts";
import classes from "./knobs-panel.module.css";
import { Panel } from "./panel.tsx";

const OPEN = ["size"];
/** Watermarks of one picture at most: those that the table numbers. */
const NUMBERS = [
  ...new Set(SECTIONS.flatMap(({ knobs }) => knobs.flatMap(({ name }) => watermarkOf(name) ?? []))),
];
/** Where nobody knows the original. */
const USUAL_REACH = 2_400;

export interface KnobsPanelProps {
  readonly look: Look;
  readonly settings: ProjectSettings;
  readonly facts: OriginalFacts | undefined;
  readonly change: (look: Look) => void;
}

/** Everything that can be turned, section by section. */
export function KnobsPanel({ look, settings, facts, change }: KnobsPanelProps) {
  const presets = Object.keys(settings.presets ?? {});
  const count = Object.keys(look.values).length;
  const clear = { ...look, values: {}, preset: undefined };
  return (
    <Panel
      title="Knobs"
      actions={
        <Button
          size="compact-sm"
          variant="default"
          disabled={count === 0 && look.preset === undefined}
          onClick={() => change(clear)}
        >
          Reset all
        </Button>
      }
    >
      {presets.length > 0 && (
        <Select
          size="xs"
          label="Preset"
          description="What it says, no knob overrides."
          data={presets}
          value={look.preset ?? null}
          onChange={(preset) => change({ ...look, preset: preset ?? undefined })}
          clearable
          clearButtonProps={{ "aria-label": "Take the preset away" }}
          searchable
          mb="sm"
        />
      )}
      <Accordion multiple defaultValue={OPEN} variant="default" chevronPosition="left" order={3}>
        {SECTIONS.map((section) => (
          <SectionItem key={section.id} section={section} look={look} facts={facts} change={change} />
        ))}
      </Accordion>
    </Panel>
  );
}

function SectionItem({
  section,
  look,
  facts,
  change,
}: Omit<KnobsPanelProps, "settings"> & { readonly section: Section }) {
  const set = section.knobs.filter(({ name }) => Object.hasOwn(look.values, name)).length;
  return (
    <Accordion.Item value={section.id}>
      <Accordion.Control>
        {section.title}
        {set > 0 && (
          <Badge ml="xs" size="sm" variant="light" className={classes.count ?? ""}>
            {set} set
          </Badge>
        )}
      </Accordion.Control>
      <Accordion.Panel>
        <Rows knobs={section.knobs} look={look} facts={facts} change={change} />
      </Accordion.Panel>
    </Accordion.Item>
  );
}

/** Of knobs that there are several times, one set is shown: what all share, or that of one. */
function Rows({
  knobs,
  look,
  facts,
  change,
}: Omit<KnobsPanelProps, "settings"> & { readonly knobs: readonly Knob[] }) {
  const [number, setNumber] = useState("");
  const isNumbered = knobs.some(({ name }) => watermarkOf(name) !== undefined);
  const shown = knobs.filter(({ name }) => String(watermarkOf(name) ?? "") === number);
  return (
    <>
      {isNumbered && (
        <SegmentedControl
          size="xs"
          fullWidth
          data={[
            { value: "", label: "All" },
            ...NUMBERS.map((each) => ({ value: String(each), label: String(each) })),
          ]}
          value={number}
          onChange={setNumber}
          aria-label="Which watermark"
        />
      )}
      {shown.map((knob) => (
        <KnobRow
          key={knob.name}
          knob={knob}
          value={Object.hasOwn(look.values, knob.name) ? look.values[knob.name] : undefined}
          turned={(text) => change(withValue(look, knob.name, text))}
          reach={reachOf(knob.name, facts)}
        />
      ))}
    </>
  );
}

/** Sides are worth turning up to the picture's own; other numbers as far as they go. */
function reachOf(name: string, facts: OriginalFacts | undefined): number | undefined {
  if (name === "w" || name === "x") return facts?.width ?? USUAL_REACH;
  if (name === "h" || name === "y") return facts?.height ?? USUAL_REACH;
  return name === "margin" ? USUAL_REACH / 8 : undefined;
}
