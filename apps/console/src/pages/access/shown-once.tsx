import { Button, Group } from "@mantine/core";
import { CopyButton } from "../../pieces/copy-button.tsx";
import { Notice } from "../../pieces/notice.tsx";
import classes from "./access.module.css";

export interface ShownOnceProps {
  readonly title: string;
  /** What it is, as in "Copy the key". */
  readonly what: string;
  readonly secret: string;
  readonly hint: string;
  readonly done: () => void;
}

/** A secret that is kept nowhere: it stays on the page until whoever reads it says that it is noted. */
export function ShownOnce({ title, what, secret, hint, done }: ShownOnceProps) {
  return (
    <div className={classes.once}>
      <Notice kind="good" title={title}>
        <p>{hint}</p>
        <p>
          <code className={classes.secret} data-secret>
            {secret}
          </code>
        </p>
        <Group gap="xs">
          <CopyButton text={secret} what={what} />
          <Button variant="default" size="xs" onClick={done}>
            I have noted it
          </Button>
        </Group>
      </Notice>
    </div>
  );
}
