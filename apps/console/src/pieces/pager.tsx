import { Button, Group } from "@mantine/core";
import type { Pages } from "../api/hooks.ts";

/** The ways to the other pages of a list; nothing where there is only one. */
export function Pager({
  pages,
  what = "entries",
}: {
  readonly pages: Pages<unknown>;
  readonly what?: string;
}) {
  const { number, hasNext, isTurning, first, back, next } = pages;
  if (number === 1 && !hasNext) return null;
  return (
    <Group component="nav" aria-label={`Pages of ${what}`} gap="xs" mt="md">
      <Button variant="default" size="xs" disabled={number < 3} onClick={first}>
        First
      </Button>
      <Button variant="default" size="xs" disabled={number === 1} onClick={back}>
        Back
      </Button>
      <span role="status">Page {number.toLocaleString()}</span>
      <Button variant="default" size="xs" disabled={!hasNext || isTurning} onClick={next}>
        Next
      </Button>
    </Group>
  );
}
