import { Button, Group, Textarea } from "@mantine/core";
import { useState } from "react";
import { CopyButton } from "../../../../pieces/copy-button.tsx";
import { DeleteProject } from "../delete-project.tsx";
import { useEditing } from "../editing.ts";
import classes from "../field.module.css";
import { isMembers } from "../paths.ts";

/** All settings as one text. It is taken over when it can be read; the server says what it means. */
export function Everything() {
  const { settings, set, readOnly, faults } = useEditing();
  const written = JSON.stringify(settings, null, 2);
  const [text, setText] = useState<string>();
  const [error, setError] = useState<string>();
  const take = () => {
    try {
      const next: unknown = JSON.parse(text ?? written);
      if (!isMembers(next)) throw new Error("Settings are an object, in braces.");
      set([], next);
      setText(undefined);
      setError(undefined);
    } catch (thrown) {
      setError(thrown instanceof Error ? thrown.message : String(thrown));
    }
  };
  const said = faults.map(({ pointer, sentence }) => `${pointer || "/"}: ${sentence}`).join("\n");
  return (
    <>
      <Textarea
        label="Settings"
        description="Secrets are masked; a mask that stays in its place keeps its secret."
        value={text ?? written}
        error={error ?? (said || undefined)}
        readOnly={readOnly !== undefined}
        autosize
        minRows={12}
        maxRows={40}
        spellCheck={false}
        classNames={{ input: classes.code ?? "" }}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Group mt="md">
        {text !== undefined && text !== written && (
          <>
            <Button onClick={take}>Take over</Button>
            <Button
              variant="default"
              onClick={() => {
                setText(undefined);
                setError(undefined);
              }}
            >
              As it was
            </Button>
          </>
        )}
        <CopyButton text={text ?? written} what="the settings" />
      </Group>
      <DeleteProject />
    </>
  );
}
