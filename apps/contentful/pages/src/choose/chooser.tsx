import { Button } from "@contentful/f36-button";
import { FormControl, Select } from "@contentful/f36-forms";
import { Note } from "@contentful/f36-note";
import { Subheading } from "@contentful/f36-typography";
import { buildDeliveryUrl } from "@freshet/core";
import { useState } from "react";
import { type Choice, choiceTransformation } from "../../../src/delivery/choice.ts";
import type { Asset, AssetFile } from "../api/shapes.ts";
import { CodePanel } from "../assets/code-panel.tsx";
import { useApp } from "../shared/app-context.tsx";
import { PercentField } from "./percent-field.tsx";
import { setCut } from "./points.ts";
import { Stage } from "./stage.tsx";
import { Variants } from "./variants.tsx";

const STAGE = 1_000;
const FIRST_CUT = { x: 0.1, y: 0.1, width: 0.8, height: 0.8 };
const CENTRE = { x: 0.5, y: 0.5, unit: "c" } as const;

interface ChooserProps {
  readonly asset: Asset;
  readonly file: AssetFile;
  readonly choice: Choice;
  readonly onChange: (choice: Choice) => void;
}

/** Focal point, cut and variant of one picture, with what becomes of it. */
export function Chooser({ asset, file, choice, onChange }: ChooserProps) {
  const { status, presets } = useApp();
  const [failed, setFailed] = useState(false);
  const { focalPoint, crop } = choice;
  const size =
    file.width !== null && file.height !== null ? { width: file.width, height: file.height } : undefined;
  const setPoint = (point: { readonly x: number; readonly y: number }) =>
    onChange({ ...choice, focalPoint: { ...point, unit: "c" } });
  // What was cut of a file with other pixels is cut again of this one.
  const setCrop = (cut: Choice["crop"]) => onChange({ ...choice, crop: cut, size: cut && size });
  const src = buildDeliveryUrl(
    status.endpoint,
    file.original,
    { resize: { w: STAGE, org_if_sml: true } },
    {
      version: file.version,
    },
  );

  return (
    <div className="chooser">
      <div className="picture">
        {failed && (
          <Note variant="negative" title="The server gave no picture">
            Focal point and crop can be written as numbers.
          </Note>
        )}
        <Stage
          src={src}
          point={focalPoint}
          crop={crop}
          onPoint={setPoint}
          onCrop={setCrop}
          onFail={() => setFailed(true)}
        />
        <p className="quiet">
          Click where the picture matters most. Arrow keys move the focal point and the crop; Shift makes
          larger steps.
        </p>
      </div>
      <div className="settings">
        <fieldset>
          <legend>Focal point</legend>
          {focalPoint ? (
            <div className="row">
              <PercentField
                label="From the left, %"
                value={focalPoint.x}
                onChange={(x) => setPoint({ ...focalPoint, x })}
              />
              <PercentField
                label="From the top, %"
                value={focalPoint.y}
                onChange={(y) => setPoint({ ...focalPoint, y })}
              />
              <Button size="small" onClick={() => onChange({ ...choice, focalPoint: undefined })}>
                Remove focal point
              </Button>
            </div>
          ) : (
            <Button size="small" onClick={() => setPoint(CENTRE)}>
              Set focal point
            </Button>
          )}
        </fieldset>
        <fieldset>
          <legend>Crop</legend>
          {crop ? (
            <div className="row">
              <PercentField label="Left, %" value={crop.x} onChange={(x) => setCrop(setCut(crop, { x }))} />
              <PercentField label="Top, %" value={crop.y} onChange={(y) => setCrop(setCut(crop, { y }))} />
              <PercentField
                label="Width, %"
                value={crop.width}
                onChange={(width) => setCrop(setCut(crop, { width }))}
              />
              <PercentField
                label="Height, %"
                value={crop.height}
                onChange={(height) => setCrop(setCut(crop, { height }))}
              />
              <Button size="small" onClick={() => setCrop(undefined)}>
                Remove crop
              </Button>
            </div>
          ) : size ? (
            <Button size="small" onClick={() => setCrop(FIRST_CUT)}>
              Crop
            </Button>
          ) : (
            <p className="quiet">
              Contentful does not know how many pixels this file has, so it cannot be cropped.
            </p>
          )}
        </fieldset>
        <FormControl marginBottom="none">
          <FormControl.Label>Variant</FormControl.Label>
          <Select
            value={choice.query}
            onChange={({ target }) => onChange({ ...choice, query: target.value })}
          >
            <Select.Option value="">As the page asks</Select.Option>
            {presets.map(({ name, query }) => (
              <Select.Option key={name} value={query}>
                {name}
              </Select.Option>
            ))}
            {choice.query !== "" && !presets.some(({ query }) => query === choice.query) && (
              <Select.Option value={choice.query}>{choice.query}</Select.Option>
            )}
          </Select>
        </FormControl>
        <Subheading as="h3" marginTop="spacingM" marginBottom="spacingXs">
          Variants
        </Subheading>
        <Variants file={file} choice={choice} />
        <details>
          <summary>Code</summary>
          <CodePanel asset={asset} below={choiceTransformation(choice)} />
        </details>
      </div>
    </div>
  );
}
