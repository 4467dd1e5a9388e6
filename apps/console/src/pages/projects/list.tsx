import { Anchor, Button } from "@mantine/core";
import { Link, useNavigate } from "react-router";
import { usePages } from "../../api/hooks.ts";
import type { ProjectSummary } from "../../api/projects.ts";
import { useMay } from "../../api/session.ts";
import { PageHead } from "../../pieces/page-head.tsx";
import { Pager } from "../../pieces/pager.tsx";
import { Empty, stateOf } from "../../pieces/states.tsx";
import { StatusBadge } from "../../pieces/status-badge.tsx";
import { TableBox } from "../../pieces/table-box.tsx";

/** `/projects`: those that whoever looks may see. */
export function ProjectList() {
  const mayMake = useMay("admin");
  const navigate = useNavigate();
  const pages = usePages<ProjectSummary>("/projects", "projects", { query: { limit: 50 } });
  const make = (
    <Button size="sm" onClick={() => void navigate("/projects/new")}>
      New project
    </Button>
  );
  return (
    <>
      <PageHead
        title="Projects"
        lead="Each delivers the pictures of one site or shop, by settings of its own."
        actions={mayMake && make}
      />
      {stateOf(pages.query, "Reading the projects") ??
        (pages.items.length === 0 ? (
          <Empty title="There is no project yet.">
            {mayMake ? make : <p>An administrator of the installation makes the first one.</p>}
          </Empty>
        ) : (
          <>
            <TableBox name="Projects">
              <thead>
                <tr>
                  <th scope="col">Project</th>
                  <th scope="col">Settings</th>
                  <th scope="col">Where to</th>
                </tr>
              </thead>
              <tbody>
                {pages.items.map(({ name, origin, version }) => {
                  const base = `/p/${encodeURIComponent(name)}`;
                  return (
                    <tr key={name}>
                      <td>
                        <Anchor component={Link} underline="always" to={`${base}/settings`}>
                          {name}
                        </Anchor>
                      </td>
                      <td>
                        {origin === "file" ? (
                          <StatusBadge kind="idle">in the configuration file</StatusBadge>
                        ) : (
                          <StatusBadge kind="good">version {version}</StatusBadge>
                        )}
                      </td>
                      <td>
                        <Anchor component={Link} underline="always" to={`${base}/invalidation`}>
                          Invalidations
                        </Anchor>
                        {" · "}
                        <Anchor component={Link} underline="always" to={`${base}/settings/sources`}>
                          Sources
                        </Anchor>
                        {origin === "store" && (
                          <>
                            {" · "}
                            <Anchor component={Link} underline="always" to={`${base}/versions`}>
                              Versions
                            </Anchor>
                          </>
                        )}
                      </td>
                    </tr>
                  );
                })}
              </tbody>
            </TableBox>
            <Pager pages={pages} what="projects" />
          </>
        ))}
    </>
  );
}
