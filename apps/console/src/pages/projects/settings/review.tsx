import { Button, Group, Modal, TextInput } from "@mantine/core";
import { useState } from "react";
import { DiffView } from "../../../pieces/diff-view.tsx";
import { Notice } from "../../../pieces/notice.tsx";
import { say } from "../../../pieces/say.tsx";
import { Problem } from "../../../pieces/states.tsx";
import type { ProjectView } from "../shapes.ts";
import classes from "./settings.module.css";
import type { DraftHandle } from "./use-draft.ts";

export interface ReviewProps {
  readonly project: string;
  readonly view: ProjectView;
  readonly draft: DraftHandle;
  readonly isOpen: boolean;
  readonly closed: () => void;
}

/** Shows what would be saved, takes a note, and says what to do where somebody else was faster. */
export function Review({ project, view, draft, isOpen, closed }: ReviewProps) {
  const [note, setNote] = useState("");
  const [clashes, setClashes] = useState<readonly string[]>([]);
  const close = () => {
    setClashes([]);
    closed();
  };
  const save = async () => {
    const changed = await draft.save(note);
    if (!changed) return;
    setNote("");
    close();
    const follow =
      changed.invalidations.length > 0 ? " What was made under the old settings is being made fresh." : "";
    say(`Version ${changed.version} of ${project} is in force.${follow}`);
  };
  return (
    <Modal
      opened={isOpen}
      onClose={close}
      title={`Save the settings of ${project}`}
      size="xl"
      closeButtonProps={{ "aria-label": "Close" }}
    >
      {draft.isOutdated ? (
        <div className={classes.review}>
          <Notice
            kind="warn"
            title={`Somebody saved version ${view.version} while you were at version ${draft.version}.`}
          >
            <p>
              This is what they changed. You can put your own changes on top of theirs, and look at the result
              first.
            </p>
          </Notice>
          <DiffView before={draft.base} after={view.settings} />
          <Group justify="flex-end" mt="md">
            <Button
              variant="default"
              onClick={() => {
                draft.discard();
                close();
              }}
            >
              Discard mine
            </Button>
            <Button onClick={() => setClashes(draft.putOnTop())}>Put mine on top</Button>
          </Group>
        </div>
      ) : (
        <form
          className={classes.review}
          onSubmit={(event) => {
            event.preventDefault();
            void save();
          }}
        >
          {clashes.length > 0 && (
            <Notice kind="warn" title="Both of you changed the same.">
              Yours stands now: <code>{clashes.join(", ")}</code>
            </Notice>
          )}
          <DiffView before={draft.base} after={draft.settings} />
          <p>
            Answers that were made under the old settings are made fresh on every instance and node; the log
            shows it as an invalidation of the whole project.
          </p>
          <TextInput
            label="Why (for whoever reads the versions)"
            value={note}
            maxLength={500}
            onChange={(event) => setNote(event.currentTarget.value)}
            data-autofocus
          />
          {draft.error && draft.error.code !== "VERSION_OUTDATED" && <Problem error={draft.error} />}
          <Group justify="flex-end" mt="lg">
            <Button variant="default" onClick={close}>
              Go on editing
            </Button>
            <Button type="submit" loading={draft.isSaving} disabled={!draft.isDirty}>
              Save
            </Button>
          </Group>
        </form>
      )}
    </Modal>
  );
}
