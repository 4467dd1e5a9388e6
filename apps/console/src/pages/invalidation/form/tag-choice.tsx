import { Checkbox, Stack } from "@mantine/core";
import { Empty } from "../../../pieces/states.tsx";
import classes from "./form.module.css";

export interface TagChoiceProps {
  readonly all: readonly string[];
  readonly tags: readonly string[];
  readonly chosen: (tags: readonly string[]) => void;
}

/** The tags that rules of the project give: no other one could be carried by anything. */
export function TagChoice({ all, tags, chosen }: TagChoiceProps) {
  if (all.length === 0) {
    return (
      <Empty title="No rule of this project gives a tag.">
        <p>
          Rules stand under <code>tags</code> in the settings of the project.
        </p>
      </Empty>
    );
  }
  return (
    <Checkbox.Group label="Tags" value={[...tags]} onChange={chosen}>
      <Stack gap="xs" mt="xs" className={classes.tags}>
        {all.map((tag) => (
          <Checkbox key={tag} value={tag} label={tag} />
        ))}
      </Stack>
    </Checkbox.Group>
  );
}
