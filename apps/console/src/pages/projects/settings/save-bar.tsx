import { Button } from "@mantine/core";
import { changesBetween } from "../../../pieces/changes.ts";
import classes from "./settings.module.css";
import type { DraftHandle } from "./use-draft.ts";

/** What is not saved yet, at the foot of the page for as long as there is something. */
export function SaveBar({ draft, reviewed }: { readonly draft: DraftHandle; readonly reviewed: () => void }) {
  if (!draft.isDirty) return null;
  const count = changesBetween(draft.base, draft.settings).length;
  return (
    <section className={classes.bar} aria-label="Unsaved changes">
      <span role="status">
        {count === 1 ? "One change is" : `${count.toLocaleString()} changes are`} not saved yet.
        {draft.faults.length > 0 && <strong className={classes.error}> The server refused them.</strong>}
      </span>
      <span className={classes.barActions}>
        <Button variant="default" size="sm" onClick={draft.discard}>
          Discard
        </Button>
        <Button size="sm" onClick={reviewed}>
          Review and save
        </Button>
      </span>
    </section>
  );
}
