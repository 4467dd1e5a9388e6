import { Button, Group } from "@mantine/core";
import { useState } from "react";
import type { LogFilters } from "./filters.ts";

export interface LogWayProps {
  readonly filters: LogFilters;
  /** Where the next page begins. */
  readonly next: string | undefined;
  readonly show: (filters: LogFilters) => void;
  readonly isTurning: boolean;
}

/** The ways to older and newer entries. Each page has an address of its own; nobody counts how many there are. */
export function LogWay({ filters, next, show, isTurning }: LogWayProps) {
  const { cursor, ...rest } = filters;
  const [trail, setTrail] = useState<readonly string[]>([]);
  if (cursor === undefined && next === undefined) return null;
  const at = cursor === undefined ? -1 : trail.indexOf(cursor);
  const before = trail[at - 1];
  const older = () => {
    if (next === undefined) return;
    setTrail([...trail.slice(0, at + 1), ...(at === -1 && cursor !== undefined ? [cursor] : []), next]);
    show({ ...rest, cursor: next });
  };
  return (
    <Group component="nav" aria-label="Pages of the log" gap="xs">
      <Button variant="default" size="xs" disabled={cursor === undefined} onClick={() => show(rest)}>
        Newest
      </Button>
      <Button
        variant="default"
        size="xs"
        disabled={cursor === undefined || (at < 1 && trail.length === 0)}
        onClick={() => show(before === undefined ? rest : { ...rest, cursor: before })}
      >
        Newer
      </Button>
      <Button variant="default" size="xs" disabled={next === undefined || isTurning} onClick={older}>
        Older
      </Button>
    </Group>
  );
}
