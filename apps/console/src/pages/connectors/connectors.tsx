import { Anchor } from "@mantine/core";
import { Link } from "react-router";
import { path } from "../../api/call.ts";
import { usePages } from "../../api/hooks.ts";
import { Ago } from "../../pieces/date-time.tsx";
import { PageHead } from "../../pieces/page-head.tsx";
import { Pager } from "../../pieces/pager.tsx";
import { Empty, stateOf } from "../../pieces/states.tsx";
import { StatusBadge } from "../../pieces/status-badge.tsx";
import { TableBox } from "../../pieces/table-box.tsx";
import { useNamedProject } from "../../shell/place.ts";
import classes from "./connectors.module.css";
import type { Connector } from "./shapes.ts";
import { nameOfKind, sayConnector, writeDuration } from "./words.ts";

const OFTEN_MS = 5_000;
const PAGE = 50;

/** The installations of CMSs that tell this project of changes, and how each is. */
export function Connectors() {
  const project = useNamedProject() ?? "";
  const pages = usePages<Connector>("/connectors", "connectors", {
    query: { project, limit: PAGE },
    everyMs: OFTEN_MS,
  });
  return (
    <>
      <PageHead
        title="Connectors"
        lead="Each brings the changes of WordPress sites, Shopify shops or Contentful spaces, and makes fresh what they changed."
      />
      {stateOf(pages.query, "Asking for the connectors") ?? <List project={project} pages={pages} />}
    </>
  );
}

function List({
  project,
  pages,
}: {
  readonly project: string;
  readonly pages: ReturnType<typeof usePages<Connector>>;
}) {
  if (pages.items.length === 0) {
    return (
      <Empty title="No connector has been heard of.">
        <p>
          Connectors announce themselves once they run: <code>connectors</code> in{" "}
          <code>freshet.config.json</code> says which sites belong to this project.
        </p>
      </Empty>
    );
  }
  return (
    <>
      <TableBox name="Connectors">
        <thead>
          <tr>
            <th scope="col">Connector</th>
            <th scope="col">State</th>
            <th scope="col">Oldest event waits</th>
            <th scope="col">Heard last</th>
            <th scope="col">Version</th>
          </tr>
        </thead>
        <tbody>
          {pages.items.map((connector) => (
            <Row key={connector.id} project={project} connector={connector} />
          ))}
        </tbody>
      </TableBox>
      <Pager pages={pages} what="connectors" />
    </>
  );
}

function Row({ project, connector }: { readonly project: string; readonly connector: Connector }) {
  const { id, kind, lag, waiting, seen_at: seenAt, version } = connector;
  const { kind: colour, word, sentence } = sayConnector(connector);
  return (
    <tr>
      <td>
        <Anchor component={Link} to={path`/p/${project}/connectors/${id}`} className={classes.name ?? ""}>
          {nameOfKind(kind)}
        </Anchor>
        <div>
          <code>{id}</code>
        </div>
      </td>
      <td className={classes.words}>
        <StatusBadge kind={colour}>{word}</StatusBadge>
        <div className={classes.sentence}>{sentence}</div>
      </td>
      <td>{waiting === 0 ? "none waits" : writeDuration(lag * 1_000)}</td>
      <td>
        <Ago at={seenAt} />
      </td>
      <td>{version ?? "not said"}</td>
    </tr>
  );
}
