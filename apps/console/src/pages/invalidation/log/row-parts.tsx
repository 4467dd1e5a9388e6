import type { InvalidationEntry } from "@freshet/core";
import { Button } from "@mantine/core";
import { Link } from "react-router";
import { path } from "../../../api/call.ts";
import { useMay } from "../../../api/session.ts";
import { CopyButton } from "../../../pieces/copy-button.tsx";
import { say } from "../../../pieces/say.tsx";
import { useRetry } from "../journal.ts";
import { namedBy } from "../named.ts";
import { hasFailed } from "../words.ts";
import classes from "./log.module.css";

export interface RowProps {
  readonly project: string;
  readonly entry: InvalidationEntry;
  /** Whether what it names is shown. */
  readonly isOpen: boolean;
  readonly toggled: () => void;
}

/** Links of one entry that are shown in the log; the details have all. */
const MOST_LINKS = 50;

const linksId = (uuid: string) => `links-${uuid}`;

/** The first thing that an entry names, and the way to all of them. */
export function What({ entry, isOpen, toggled }: RowProps) {
  const named = namedBy(entry);
  const [first] = named;
  const reason = entry.error !== null && <span className={classes.reason}>{entry.error}</span>;
  if (first === undefined) return <>Everything {reason}</>;
  return (
    <>
      <code className={classes.first}>{first}</code>
      {reason}
      <Button
        variant="subtle"
        size="compact-sm"
        className={classes.see ?? ""}
        aria-expanded={isOpen}
        aria-controls={isOpen ? linksId(entry.uuid) : undefined}
        onClick={toggled}
      >
        {isOpen ? "Hide links" : `See links${named.length > 1 ? ` (${named.length.toLocaleString()})` : ""}`}
      </Button>
    </>
  );
}

export function Links({ project, entry }: Pick<RowProps, "project" | "entry">) {
  const named = namedBy(entry);
  return (
    <div id={linksId(entry.uuid)} className={classes.links}>
      <ul>
        {named.slice(0, MOST_LINKS).map((each, at) => (
          // The same may be named twice.
          // biome-ignore lint/suspicious/noArrayIndexKey: the list of one entry never changes.
          <li key={at}>
            <code>{each}</code>
          </li>
        ))}
      </ul>
      {named.length > MOST_LINKS && (
        <Link to={path`/p/${project}/invalidation/${entry.uuid}`}>
          All {named.length.toLocaleString()} of them
        </Link>
      )}
    </div>
  );
}

/** Its id, which leads to its details, and can be copied for whoever asks for it. */
export function Id({ project, entry: { uuid } }: Pick<RowProps, "project" | "entry">) {
  return (
    <span className={classes.id}>
      <Link
        to={path`/p/${project}/invalidation/${uuid}`}
        aria-label={`Details of invalidation ${uuid}`}
        title={uuid}
      >
        <code>{uuid.slice(0, 8)}</code>
      </Link>
      <CopyButton text={uuid} what={`the invalidation ID ${uuid}`} />
    </span>
  );
}

/** Opens what failed of it again, where somebody may. */
export function Retry({
  project,
  entry,
  size = "compact-sm",
}: Pick<RowProps, "project" | "entry"> & { readonly size?: "compact-sm" | "xs" }) {
  const may = useMay("write", project);
  const retry = useRetry(project);
  if (!hasFailed(entry.status) || !may) return null;
  const open = entry.stages
    .flatMap(({ targets }) => targets)
    .filter(({ status }) => status === "failed").length;
  return (
    <Button
      size={size}
      variant="default"
      loading={retry.isPending}
      aria-label={`Retry invalidation ${entry.uuid}`}
      onClick={() =>
        retry.mutate(entry.uuid, {
          onSuccess: () => say(open > 0 ? `Tried again for what failed: ${open}.` : "Tried again."),
          onError: ({ message, code }) => say(`${message} (${code})`, "bad"),
        })
      }
    >
      Retry
    </Button>
  );
}
