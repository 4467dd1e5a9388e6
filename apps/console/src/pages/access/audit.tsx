import { Select } from "@mantine/core";
import { useState } from "react";
import { usePages } from "../../api/hooks.ts";
import { useProjects } from "../../api/projects.ts";
import { DateTime } from "../../pieces/date-time.tsx";
import { PageHead } from "../../pieces/page-head.tsx";
import { Pager } from "../../pieces/pager.tsx";
import { Empty, stateOf } from "../../pieces/states.tsx";
import { TableBox } from "../../pieces/table-box.tsx";
import { useNamedProject } from "../../shell/place.ts";
import classes from "./access.module.css";
import type { AuditChange } from "./shapes.ts";

/** Who changed what: in the project of the address, or everywhere. */
export function Audit() {
  const named = useNamedProject();
  const [wanted, setWanted] = useState<string | null>(null);
  const { data } = useProjects(named === undefined);
  const project = named ?? wanted ?? undefined;
  const pages = usePages<AuditChange>("/audit", "changes", { query: { limit: 50, project } });
  return (
    <>
      <PageHead
        title="Audit log"
        lead="Who changed what, newest first: settings, keys, users, states, connectors and invalidations."
      />
      {named === undefined && (
        <Select
          label="Project"
          placeholder="All, and the installation itself"
          data={(data?.projects ?? []).map(({ name }) => name)}
          value={wanted}
          onChange={setWanted}
          searchable
          clearable
          clearButtonProps={{ "aria-label": "All projects" }}
          nothingFoundMessage="No project is called so."
          maw={340}
          mb="md"
        />
      )}
      {stateOf(pages.query, "Asking for the log") ??
        (pages.items.length === 0 ? (
          <Empty title="Nothing was changed yet." />
        ) : (
          <TableBox name="Changes">
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col">What</th>
                <th scope="col">Who</th>
                {named === undefined && <th scope="col">Project</th>}
                <th scope="col">Of what</th>
                <th scope="col">From</th>
              </tr>
            </thead>
            <tbody>
              {pages.items.map(({ id, at, action, principal, project: of, subject, address }) => (
                <tr key={id}>
                  <td>
                    <DateTime at={at} />
                  </td>
                  <td>{action}</td>
                  <td className={classes.wide}>{principal}</td>
                  {named === undefined && <td>{of ?? "installation"}</td>}
                  <td>
                    <code>{subject}</code>
                  </td>
                  <td>{address}</td>
                </tr>
              ))}
            </tbody>
          </TableBox>
        ))}
      <Pager pages={pages} what="changes" />
    </>
  );
}
