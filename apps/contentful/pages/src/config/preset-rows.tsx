import { Button } from "@contentful/f36-button";
import { FormControl, TextInput } from "@contentful/f36-forms";
import type { Preset } from "../api/place.ts";
import { faultOfQuery } from "./queries.ts";

const MOST_PRESETS = 20;

interface PresetRowsProps {
  readonly presets: readonly Preset[];
  readonly onChange: (presets: readonly Preset[]) => void;
}

/** Named variants that editors choose from. */
export function PresetRows({ presets, onChange }: PresetRowsProps) {
  const set = (index: number, change: Partial<Preset>) =>
    onChange(presets.map((preset, i) => (i === index ? { ...preset, ...change } : preset)));
  return (
    <>
      {presets.map(({ name, query }, index) => {
        const fault = query === "" ? undefined : faultOfQuery(query);
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place; its name is being written.
          <div key={index} className="row top">
            <FormControl marginBottom="spacingXs" className="grow">
              <FormControl.Label>Name</FormControl.Label>
              <TextInput
                size="small"
                value={name}
                maxLength={60}
                onChange={({ target }) => set(index, { name: target.value })}
              />
            </FormControl>
            <FormControl marginBottom="spacingXs" className="grow" isInvalid={fault !== undefined}>
              <FormControl.Label>Parameters</FormControl.Label>
              <TextInput
                size="small"
                value={query}
                placeholder="w=1600&h=600"
                maxLength={300}
                onChange={({ target }) => set(index, { query: target.value.trim() })}
              />
              {fault !== undefined && <FormControl.ValidationMessage>{fault}</FormControl.ValidationMessage>}
            </FormControl>
            <Button
              size="small"
              className="beside-label"
              aria-label={`Remove ${name || "this variant"}`}
              onClick={() => onChange(presets.toSpliced(index, 1))}
            >
              Remove
            </Button>
          </div>
        );
      })}
      <Button
        size="small"
        isDisabled={presets.length >= MOST_PRESETS}
        onClick={() => onChange([...presets, { name: "", query: "" }])}
      >
        Add a variant
      </Button>
    </>
  );
}
