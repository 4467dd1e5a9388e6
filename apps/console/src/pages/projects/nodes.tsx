import { useGet } from "../../api/hooks.ts";
import { Ago, DateTime } from "../../pieces/date-time.tsx";
import type { Kind } from "../../pieces/kind.ts";
import { PageHead } from "../../pieces/page-head.tsx";
import { Empty, stateOf } from "../../pieces/states.tsx";
import { StatusBadge } from "../../pieces/status-badge.tsx";
import classes from "./nodes.module.css";
import { duration } from "./settings/duration.ts";
import type { NodeView } from "./shapes.ts";

const STATES: Readonly<Record<NodeView["state"], { readonly kind: Kind; readonly name: string }>> = {
  in_step: { kind: "good", name: "In step" },
  behind: { kind: "busy", name: "Behind" },
  failed: { kind: "bad", name: "Last purge failed" },
  away: { kind: "bad", name: "Away" },
};
const ENDINGS = {
  fenced: "compares numbers itself: what is older than an invalidation is neither kept nor shown",
  probed: "is trusted after samples of it were read",
} as const;

/** `/nodes`: the CDN nodes in front of the installation, and how each is. */
export function Nodes() {
  const found = useGet<{ readonly nodes: readonly NodeView[] }>("/nodes", { everyMs: 5_000 });
  return (
    <>
      <PageHead
        title="CDN nodes"
        lead="The caches in front of this installation. They are written in the configuration file; here is how each of them is."
      />
      {stateOf(found, "Asking about the nodes") ??
        (found.data?.nodes.length === 0 ? (
          <Empty title="There is no node.">
            <p>
              Visitors ask this server directly. Caches in front of it are written under <code>cdn</code> in
              the configuration file.
            </p>
          </Empty>
        ) : (
          <ul className={classes.nodes} aria-label="Nodes">
            {found.data?.nodes.map((node) => (
              <NodeCard key={node.name} node={node} />
            ))}
          </ul>
        ))}
    </>
  );
}

function NodeCard({ node }: { readonly node: NodeView }) {
  const {
    name,
    driver,
    ending,
    purges,
    limits,
    state,
    waiting,
    lag,
    circuit,
    last_success: done,
    last_error: failed,
  } = node;
  const { kind, name: word } = STATES[state] ?? { kind: "idle" as const, name: state };
  return (
    <li className={classes.node}>
      <div className={classes.head}>
        <h2>{name}</h2>
        <StatusBadge kind={kind}>{word}</StatusBadge>
      </div>
      <dl className={classes.facts}>
        <dt>Last success</dt>
        <dd>{done ? <Purge purge={done} /> : "none among the newest invalidations"}</dd>
        <dt>Waiting</dt>
        <dd>
          {waiting === 0
            ? "nothing"
            : `${waiting === 1 ? "one invalidation" : `${waiting.toLocaleString()} invalidations`}; ${lag.toLocaleString()} behind the newest number of the journal`}
          {node.waiting_since !== undefined && (
            <>
              {", the oldest "}
              <Ago at={node.waiting_since} />
            </>
          )}
        </dd>
        {failed && (
          <>
            <dt>Last error</dt>
            <dd>
              <Purge purge={failed} />
              <div className={classes.reason}>{failed.reason}</div>
            </dd>
          </>
        )}
        {node.trouble !== undefined && node.trouble !== failed?.reason && (
          <>
            <dt>Trouble</dt>
            <dd className={classes.reason}>{node.trouble}</dd>
          </>
        )}
        {node.heard_at !== undefined && (
          <>
            <dt>Heard</dt>
            <dd>
              <Ago at={node.heard_at} />
            </dd>
          </>
        )}
        <dt>Circuit</dt>
        <dd>
          {circuit.state === "closed" ? "closed: calls are made" : "open: left alone after failures"}
          {circuit.failures > 0 && ` (${circuit.failures} failed on end)`}
          {circuit.until !== undefined && (
            <>
              , until <DateTime at={circuit.until} />
            </>
          )}
        </dd>
        <dt>Kind</dt>
        <dd>
          {driver}: {ENDINGS[ending] ?? ending}
        </dd>
        <dt>Purges by</dt>
        <dd>{purges.join(", ")}</dd>
        <dt>Limits</dt>
        <dd>
          {limits.batch.toLocaleString()} targets a call
          {limits.perMinute !== undefined && `, ${limits.perMinute.toLocaleString()} calls a minute`}
          {limits.settleMs !== undefined &&
            `, ${duration(Math.round(limits.settleMs / 1_000))} to reach every place`}
        </dd>
      </dl>
    </li>
  );
}

function Purge({ purge }: { readonly purge: { readonly invalidation: string; readonly at?: string } }) {
  return (
    <>
      {purge.at === undefined ? "tried again and again" : <DateTime at={purge.at} />}{" "}
      <span className={classes.aside}>
        invalidation <code>{purge.invalidation}</code>
      </span>
    </>
  );
}
