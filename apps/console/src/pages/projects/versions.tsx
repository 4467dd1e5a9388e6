import { Anchor, Button, Group, NativeSelect } from "@mantine/core";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { path } from "../../api/call.ts";
import { useGet, usePages, useSend } from "../../api/hooks.ts";
import { ConfirmDialog } from "../../pieces/confirm-dialog.tsx";
import { DateTime } from "../../pieces/date-time.tsx";
import { DiffView } from "../../pieces/diff-view.tsx";
import { PageHead } from "../../pieces/page-head.tsx";
import { Pager } from "../../pieces/pager.tsx";
import { say } from "../../pieces/say.tsx";
import { Empty, stateOf } from "../../pieces/states.tsx";
import { TableBox } from "../../pieces/table-box.tsx";
import { whoOf } from "../../pieces/who.ts";
import { useProject, useReadOnly } from "./project-hooks.ts";
import type { ProjectChanged, VersionView } from "./shapes.ts";
import classes from "./versions.module.css";

/** `/p/<project>/versions`: who changed what and why, any two of them side by side, and the way back. */
export function Versions() {
  const { project = "" } = useParams<"project">();
  const found = useProject(project);
  const readOnly = useReadOnly(found.data, project);
  const pages = usePages<VersionView>(path`/projects/${project}/versions`, "versions");
  const [pair, setPair] = useState<{ readonly from: number; readonly to: number }>();
  const [wanted, setWanted] = useState<number>();
  const newest = found.data?.version;
  const chosen = pair ?? (newest !== undefined && newest > 1 ? { from: newest - 1, to: newest } : undefined);
  const isFile = found.data?.origin === "file";
  return (
    <>
      <PageHead
        title={`Versions of ${project}`}
        lead="Every save is a version. One that is put in force again becomes the newest, with its secrets; nothing is lost."
        actions={
          <Anchor component={Link} underline="always" to={`/p/${encodeURIComponent(project)}/settings`}>
            To the settings
          </Anchor>
        }
      />
      {stateOf(found, "Reading the project") ??
        (isFile ? (
          <Empty title="This project has no versions here.">
            <p>It is written in the configuration file, whose versions are kept where that file is.</p>
          </Empty>
        ) : (
          (stateOf(pages.query, "Reading the versions") ?? (
            <>
              <TableBox name="Versions">
                <thead>
                  <tr>
                    <th scope="col">Version</th>
                    <th scope="col">When</th>
                    <th scope="col">Who</th>
                    <th scope="col">Why</th>
                    <th scope="col">
                      <span className="unseen">What to do</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {pages.items.map((each) => (
                    <tr key={each.version}>
                      <td>
                        {each.version}
                        {each.version === newest && <span className={classes.mark}>in force</span>}
                      </td>
                      <td>
                        <DateTime at={each.at} />
                      </td>
                      <td>
                        {whoOf(each.principal)}
                        <span className={classes.aside}> from {each.address}</span>
                      </td>
                      <td>{each.deleted ? "The project was deleted." : (each.note ?? "–")}</td>
                      <td>
                        <Group gap="xs" wrap="nowrap">
                          {each.version > 1 && !each.deleted && (
                            <Button
                              variant="default"
                              size="compact-xs"
                              onClick={() => setPair({ from: each.version - 1, to: each.version })}
                            >
                              Changes<span className="unseen"> of version {each.version}</span>
                            </Button>
                          )}
                          {readOnly === undefined && each.version !== newest && !each.deleted && (
                            <Button
                              variant="default"
                              size="compact-xs"
                              onClick={() => setWanted(each.version)}
                            >
                              Put in force<span className="unseen"> version {each.version} again</span>
                            </Button>
                          )}
                        </Group>
                      </td>
                    </tr>
                  ))}
                </tbody>
              </TableBox>
              <Pager pages={pages} what="versions" />
              {newest !== undefined && chosen && (
                <Comparison project={project} newest={newest} pair={chosen} chosen={setPair} />
              )}
            </>
          ))
        ))}
      {newest !== undefined && (
        <Restore project={project} newest={newest} wanted={wanted} closed={() => setWanted(undefined)} />
      )}
    </>
  );
}

const useVersion = (project: string, version: number | undefined) =>
  useGet<VersionView>(version === undefined ? undefined : path`/projects/${project}/versions/${version}`);

/** Any two versions, member by member. */
function Comparison(props: {
  readonly project: string;
  readonly newest: number;
  readonly pair: { readonly from: number; readonly to: number };
  readonly chosen: (pair: { readonly from: number; readonly to: number }) => void;
}) {
  const { project, newest, pair, chosen } = props;
  const from = useVersion(project, pair.from);
  const to = useVersion(project, pair.to);
  const numbers = Array.from({ length: Math.min(newest, 1_000) }, (_, at) => String(newest - at));
  return (
    <section aria-labelledby="comparison" className={classes.comparison}>
      <h2 id="comparison">What is different</h2>
      <Group mb="sm">
        <NativeSelect
          label="From version"
          data={numbers}
          value={String(pair.from)}
          onChange={(event) => chosen({ ...pair, from: Number(event.currentTarget.value) })}
        />
        <NativeSelect
          label="To version"
          data={numbers}
          value={String(pair.to)}
          onChange={(event) => chosen({ ...pair, to: Number(event.currentTarget.value) })}
        />
      </Group>
      {stateOf(from, "Reading a version") ?? stateOf(to, "Reading a version") ?? (
        <DiffView before={from.data?.settings ?? {}} after={to.data?.settings ?? {}} />
      )}
    </section>
  );
}

/** The way back, with what it changes. */
function Restore(props: {
  readonly project: string;
  readonly newest: number;
  readonly wanted: number | undefined;
  readonly closed: () => void;
}) {
  const { project, newest, wanted, closed } = props;
  const now = useVersion(project, wanted === undefined ? undefined : newest);
  const then = useVersion(project, wanted);
  const restore = useSend<ProjectChanged>(
    () => ({
      method: "POST",
      where: path`/projects/${project}/versions/${wanted ?? 0}/restore`,
      headers: { "if-match": `"${newest}"` },
    }),
    ["/projects"],
  );
  return (
    <ConfirmDialog
      isOpen={wanted !== undefined}
      title={`Put version ${wanted} of ${project} in force again?`}
      action="Put it in force"
      isBusy={restore.isPending}
      error={restore.error}
      confirmed={() =>
        restore.mutate(undefined, {
          onSuccess: ({ version }) => {
            say(`Version ${version} is in force, with the settings of version ${wanted}.`);
            restore.reset();
            closed();
          },
        })
      }
      closed={() => {
        restore.reset();
        closed();
      }}
    >
      <p>It becomes version {newest + 1}; what was made under other settings is made fresh.</p>
      {now.data && then.data && (
        <DiffView before={now.data.settings ?? {}} after={then.data.settings ?? {}} />
      )}
    </ConfirmDialog>
  );
}
