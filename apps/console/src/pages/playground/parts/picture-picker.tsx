import { Autocomplete, Button } from "@mantine/core";
import { useEffect, useState } from "react";
import { useRecentOriginals } from "../recent.ts";
import { samplesOf } from "../settings.ts";
import type { ProjectSettings } from "../shapes.ts";
import { isDeliveryUrl, targetOf } from "../target.ts";
import classes from "./picture-picker.module.css";

export interface PicturePickerProps {
  readonly project: string;
  readonly settings: ProjectSettings;
  /** Under which the project answers. */
  readonly hosts: readonly string[];
  readonly original: string;
  readonly chosen: (original: string) => void;
  /** False for a URL that names no picture. */
  readonly follow: (target: string) => boolean;
}

/** Chooses the original: one that was asked for lately, a sample, a path, an address; or everything at once, by a delivery URL. */
export function PicturePicker({ project, settings, hosts, original, chosen, follow }: PicturePickerProps) {
  const [text, setText] = useState(original);
  const [isWrong, setWrong] = useState(false);
  const recent = useRecentOriginals(project);
  const samples = samplesOf(settings).filter((each) => !recent.includes(each));
  useEffect(() => {
    setText(original);
    setWrong(false);
  }, [original]);
  const choose = (wanted: string) => {
    const name = wanted.trim();
    if (name === "") return;
    if (!isDeliveryUrl(name, hosts)) return chosen(name);
    setWrong(!follow(targetOf(name, hosts)));
  };
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        choose(text);
      }}
    >
      <Autocomplete
        className={classes.field ?? ""}
        label="Picture"
        placeholder="https://shop.example/media/hat.jpg, _alias_/hat.jpg, or a delivery URL"
        value={text}
        onChange={(next) => {
          setText(next);
          setWrong(false);
        }}
        onOptionSubmit={choose}
        data={[
          ...(recent.length > 0 ? [{ group: "Asked for lately", items: [...recent] }] : []),
          ...(samples.length > 0 ? [{ group: "Samples", items: [...samples] }] : []),
        ]}
        filter={({ options }) => options}
        maxDropdownHeight={320}
        error={isWrong ? "This URL names no picture. Write /v7/<image URL or alias>/<path>." : undefined}
        autoComplete="off"
        spellCheck={false}
      />
      <Button type="submit" className={classes.button ?? ""}>
        Look
      </Button>
    </form>
  );
}
