import { Anchor, Button } from "@mantine/core";
import { useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { path } from "../../api/call.ts";
import { usePages, useSend } from "../../api/hooks.ts";
import { useMay } from "../../api/session.ts";
import { ConfirmDialog } from "../../pieces/confirm-dialog.tsx";
import { Ago, DateTime } from "../../pieces/date-time.tsx";
import { Notice } from "../../pieces/notice.tsx";
import { PageHead } from "../../pieces/page-head.tsx";
import { say } from "../../pieces/say.tsx";
import { Empty, stateOf } from "../../pieces/states.tsx";
import { useNamedProject } from "../../shell/place.ts";
import classes from "./connectors.module.css";
import { EventLog } from "./event-log.tsx";
import type { Connector as Announced } from "./shapes.ts";
import { Sites } from "./sites.tsx";
import { nameOfKind, sayConnector } from "./words.ts";

const OFTEN_MS = 5_000;
/** A project has no more connectors than fit on one page of the API. */
const ALL = 100;

/** One connector: how it is, its sites, and why each event did or did not make anything fresh. */
export function Connector() {
  const project = useNamedProject() ?? "";
  const { id = "" } = useParams<"id">();
  const { items, query } = usePages<Announced>("/connectors", "connectors", {
    query: { project, limit: ALL },
    everyMs: OFTEN_MS,
  });
  const connector = items.find((each) => each.id === id);
  return (
    <>
      <PageHead
        title={connector ? `${nameOfKind(connector.kind)}: ${id}` : id}
        lead={
          <Anchor component={Link} to={path`/p/${project}/connectors`}>
            All connectors
          </Anchor>
        }
        actions={connector && <Forget project={project} connector={connector} />}
      />
      {stateOf(query, "Asking for the connector") ??
        (connector ? (
          <>
            <State connector={connector} />
            <Sites project={project} id={id} />
            <EventLog project={project} id={id} />
          </>
        ) : (
          <Empty title="No such connector has been heard of.">
            <p>One that is silent for 30 days is forgotten.</p>
          </Empty>
        ))}
    </>
  );
}

function State({ connector }: { readonly connector: Announced }) {
  const { kind, word, sentence } = sayConnector(connector);
  const {
    seen_at: seenAt,
    registered_at: registeredAt,
    version,
    waiting,
    status_url: address,
    note,
  } = connector;
  const facts = [
    ["Events that wait", waiting.toLocaleString()],
    ["Heard last", <Ago key="seen" at={seenAt} />],
    ["Known since", <DateTime key="since" at={registeredAt} />],
    ["Version", version ?? "not said"],
    ["Asked at", address === undefined ? "nowhere" : <code key="at">{address}</code>],
  ] as const;
  return (
    <>
      <Notice kind={kind} title={word}>
        <p>{sentence}</p>
        {note !== undefined && note !== sentence && <p>{note}</p>}
      </Notice>
      <dl className={classes.facts}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function Forget({ project, connector }: { readonly project: string; readonly connector: Announced }) {
  const [isOpen, setOpen] = useState(false);
  const navigate = useNavigate();
  const mayWrite = useMay("write", project);
  const remove = useSend(
    () => ({ method: "DELETE", where: path`/connectors/${connector.id}`, query: { project } }),
    ["/connectors"],
  );
  // One that is there would announce itself again within a minute.
  if (!mayWrite || connector.is_present) return null;
  return (
    <>
      <Button variant="default" onClick={() => setOpen(true)}>
        Forget
      </Button>
      <ConfirmDialog
        isOpen={isOpen}
        title="Forget this connector?"
        action="Forget the connector"
        isBusy={remove.isPending}
        error={remove.error}
        closed={() => setOpen(false)}
        confirmed={() =>
          remove.mutate(undefined, {
            onSuccess: () => {
              say("It is forgotten.");
              void navigate(`/p/${encodeURIComponent(project)}/connectors`);
            },
          })
        }
      >
        <p>It leaves this list. Should it start again, it announces itself and is back.</p>
      </ConfirmDialog>
    </>
  );
}
