import type { InvalidationEntry } from "@freshet/core";
import { Link } from "react-router";
import { useGet, usePages } from "../../api/hooks.ts";
import type { ProjectSummary } from "../../api/projects.ts";
import { useMay } from "../../api/session.ts";
import { Ago } from "../../pieces/date-time.tsx";
import { Figures } from "../../pieces/figures.tsx";
import { KINDS, type Kind } from "../../pieces/kind.ts";
import { PageHead } from "../../pieces/page-head.tsx";
import { Pager } from "../../pieces/pager.tsx";
import { Empty, Problem, stateOf } from "../../pieces/states.tsx";
import { InvalidationBadge } from "../../pieces/status-badge.tsx";
import { TableBox } from "../../pieces/table-box.tsx";
import { causeWord } from "../invalidation/words.ts";
import { type Finding, findingsOf, isOpen } from "./findings.ts";
import classes from "./overview.module.css";
import type { CdnNode, Connector, InstanceList, ProjectLog } from "./shapes.ts";
import { useLogs } from "./use-logs.ts";

const OFTEN_MS = 10_000;
const PROJECTS = 20;
const CONNECTORS = 100;
const NEWEST = 10;

/** What an operator opens in the morning: is everything fresh, and if not, what is in the way? */
export function Overview() {
  const projects = usePages<ProjectSummary>("/projects", "projects", { query: { limit: PROJECTS } });
  const { logs, error } = useLogs(projects.items.map(({ name }) => name));
  const instances = useGet<InstanceList>("/instances", { everyMs: OFTEN_MS });
  const connectors = usePages<Connector>("/connectors", "connectors", {
    query: { limit: CONNECTORS },
    everyMs: OFTEN_MS,
  });
  const nodes = useGet<{ readonly nodes: readonly CdnNode[] }>("/nodes", { everyMs: OFTEN_MS });
  const state =
    stateOf(projects.query, "Asking how everything is") ?? stateOf(instances, "Asking the instances");
  const findings = findingsOf({
    ...{ logs, instances: instances.data, connectors: connectors.items },
    ...{ nodes: nodes.data?.nodes ?? [], now: new Date() },
  });
  const open = logs.flatMap(({ newest = [] }) => newest.filter(isOpen)).length;
  const isKnown =
    logs.every(({ newest, failed }) => newest && failed) &&
    connectors.query.data !== undefined &&
    nodes.data !== undefined;
  return (
    <>
      <PageHead
        title="Overview"
        lead="Is everything fresh? All projects that you may see, as they are now."
      />
      {error && <Problem error={error} />}
      {connectors.query.error && <Problem error={connectors.query.error} />}
      {nodes.error && <Problem error={nodes.error} />}
      {state ?? (
        <>
          <Whole isKnown={isKnown} findings={findings} open={open} />
          <Counts
            {...{ logs, open, connectors }}
            instances={instances.data}
            nodes={nodes.data?.nodes ?? []}
          />
          {findings.length > 0 && <Findings findings={findings} />}
          <Newest logs={logs} isKnown={isKnown} />
          <Pager pages={projects} what="projects" />
        </>
      )}
    </>
  );
}

function Whole(props: {
  readonly isKnown: boolean;
  readonly findings: readonly Finding[];
  readonly open: number;
}) {
  const { kind, title, lead } = wholeOf(props);
  return (
    <div className={classes.state} style={KINDS[kind]} role="status">
      <div>
        <strong>{title}</strong>
        {lead}
      </div>
    </div>
  );
}

function wholeOf({ isKnown, findings, open }: Parameters<typeof Whole>[0]): {
  readonly kind: Kind;
  readonly title: string;
  readonly lead: string;
} {
  const isBad = findings.some(({ kind }) => kind === "bad");
  if (findings.length > 0) {
    const count = findings.length === 1 ? "One thing needs" : `${findings.length} things need`;
    return {
      kind: isBad ? "bad" : "warn",
      title: `${count} to be looked at.`,
      lead: isBad ? "Something may still be shown as it was." : "Nothing failed, but something is late.",
    };
  }
  if (!isKnown) return { kind: "idle", title: "Looking …", lead: "Not everything has answered yet." };
  if (open > 0) {
    const count = open === 1 ? "One invalidation is" : `${open} invalidations are`;
    return { kind: "busy", title: `${count} on the way.`, lead: "Everything else is fresh." };
  }
  return {
    kind: "good",
    title: "Everything is fresh.",
    lead: "No invalidation is open or failed in the last seven days, every instance and node follows, every connector is heard.",
  };
}

function Counts(props: {
  readonly logs: readonly ProjectLog[];
  readonly open: number;
  readonly instances: InstanceList | undefined;
  readonly connectors: { readonly items: readonly Connector[]; readonly hasNext: boolean };
  readonly nodes: readonly CdnNode[];
}) {
  const { logs, open, instances, connectors, nodes } = props;
  const failed = logs.reduce((sum, each) => sum + (each.failed?.length ?? 0), 0);
  const all = instances?.instances ?? [];
  const behind = all.filter(({ state }) => state !== "current").length;
  const count = (of: number, isMore = false) => `${of.toLocaleString()}${isMore ? "+" : ""}`;
  const figures = [
    ["Invalidations on the way", count(open)],
    ["Failed in seven days", count(failed)],
    ["Instances that follow", `${count(all.length - behind)} of ${count(all.length)}`],
    ...(nodes.length === 0
      ? []
      : [
          [
            "CDN nodes in step",
            `${count(nodes.filter((node) => node.state === "in_step").length)} of ${count(nodes.length)}`,
          ] as const,
        ]),
    ["Connectors", count(connectors.items.length, connectors.hasNext)],
  ] as const;
  return <Figures figures={figures.map(([name, value]) => ({ name, value }))} />;
}

function Findings({ findings }: { readonly findings: readonly Finding[] }) {
  return (
    <section className={classes.part} aria-labelledby="findings">
      <h2 id="findings">To be looked at</h2>
      <ul className={classes.findings}>
        {findings.map(({ key, kind, subject, sentence, at, href }) => (
          <li key={key} className={classes.finding} style={KINDS[kind]}>
            <Link to={href}>{subject}</Link>
            <span>{sentence}</span>
            <span className={classes.when}>
              <Ago at={at} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Newest({ logs, isKnown }: { readonly logs: readonly ProjectLog[]; readonly isKnown: boolean }) {
  const mayMake = useMay("admin");
  const newest = logs
    .flatMap(({ project, newest = [] }) => newest.map((entry) => ({ project, entry })))
    .toSorted((one, other) => (one.entry.added_at < other.entry.added_at ? 1 : -1))
    .slice(0, NEWEST);
  return (
    <section className={classes.part} aria-labelledby="newest">
      <h2 id="newest">Newest invalidations</h2>
      {logs.length === 0 ? (
        <Empty title="There is no project yet.">
          {mayMake ? <Link to="/projects">Make the first one</Link> : <p>An administrator can make one.</p>}
        </Empty>
      ) : newest.length === 0 ? (
        isKnown && (
          <Empty title="Nothing was invalidated yet.">
            <p>As soon as a connector or somebody does, it is shown here.</p>
          </Empty>
        )
      ) : (
        <TableBox name="Newest invalidations">
          <thead>
            <tr>
              <th scope="col">What</th>
              <th scope="col">Status</th>
              <th scope="col">Project</th>
              <th scope="col">Cause</th>
              <th scope="col">When</th>
            </tr>
          </thead>
          <tbody>
            {newest.map(({ project, entry }) => (
              <tr key={entry.uuid}>
                <td className={classes.path}>
                  <Link to={`/p/${encodeURIComponent(project)}/invalidation/${entry.uuid}`}>
                    {nameOf(entry)}
                  </Link>
                </td>
                <td>
                  <InvalidationBadge status={entry.status} />
                </td>
                <td>{project}</td>
                <td>{causeWord(entry.cause.kind)}</td>
                <td>
                  <Ago at={entry.added_at} />
                </td>
              </tr>
            ))}
          </tbody>
        </TableBox>
      )}
    </section>
  );
}

function nameOf({ scope, urls, tags = [] }: InvalidationEntry): string {
  if (scope === "all") return "Everything";
  const [first = "", ...others] = [...(urls.received ?? []), ...tags];
  return others.length === 0 ? first : `${first} and ${others.length} more`;
}
