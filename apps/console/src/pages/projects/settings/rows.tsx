import { Button } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./settings.module.css";

export interface RowsProps {
  /** Of the list, for screen readers. */
  readonly name: string;
  /** What one of them is called, as in "Add a rule". */
  readonly what: string;
  readonly count: number;
  readonly isLocked: boolean;
  readonly row: (at: number) => ReactNode;
  readonly add: () => void;
  readonly remove: (at: number) => void;
  /** Puts one in front of the one before it; absent where their order says nothing. */
  readonly up?: (at: number) => void;
}

/** A list whose entries are edited in place. */
export function Rows({ name, what, count, isLocked, row, add, remove, up }: RowsProps) {
  return (
    <div>
      <ol className={classes.rows} aria-label={name}>
        {Array.from({ length: count }, (_, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: an entry is its place; nothing else names it.
          <li key={at} className={classes.row}>
            {row(at)}
            {!isLocked && (
              <span className={classes.rowActions}>
                {up && at > 0 && (
                  <Button
                    variant="subtle"
                    size="compact-xs"
                    aria-label={`Move ${what} ${at + 1} up`}
                    onClick={() => up(at)}
                  >
                    Up
                  </Button>
                )}
                <Button
                  variant="subtle"
                  color="red"
                  size="compact-xs"
                  aria-label={`Remove ${what} ${at + 1}`}
                  onClick={() => remove(at)}
                >
                  Remove
                </Button>
              </span>
            )}
          </li>
        ))}
      </ol>
      {count === 0 && <p className={classes.hint}>There is none yet.</p>}
      {!isLocked && (
        <Button variant="default" size="xs" mt="sm" onClick={add}>
          Add {/^[aeiou]/.test(what) ? "an" : "a"} {what}
        </Button>
      )}
    </div>
  );
}
