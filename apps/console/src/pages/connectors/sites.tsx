import { Button, Progress } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { call, path } from "../../api/call.ts";
import type { ApiError } from "../../api/error.ts";
import { useSend } from "../../api/hooks.ts";
import { useMay } from "../../api/session.ts";
import { Ago } from "../../pieces/date-time.tsx";
import { say } from "../../pieces/say.tsx";
import { Empty, Problem, stateOf } from "../../pieces/states.tsx";
import { StatusBadge } from "../../pieces/status-badge.tsx";
import classes from "./connectors.module.css";
import type { Site } from "./shapes.ts";
import { progressOf, saySite, sayWalk } from "./words.ts";

const USUAL_MS = 10_000;
/** While something is looked through. */
const LIVE_MS = 1_500;

interface SiteList {
  readonly sites: readonly Site[];
}

/** The sites of a connector as it sees them itself, and what makes it look through everything. */
export function Sites({ project, id }: { readonly project: string; readonly id: string }) {
  const where = path`/connectors/${id}/status`;
  const status = useQuery<SiteList, ApiError>({
    queryKey: [where, { project }],
    queryFn: ({ signal }) => call("GET", where, { query: { project }, signal }),
    refetchInterval: ({ state }) =>
      state.data?.sites.some(({ reconcile }) => reconcile?.state === "walking") ? LIVE_MS : USUAL_MS,
  });
  const mayWrite = useMay("write", project);
  const reconcile = useSend<{ readonly sites: readonly string[] }, string | undefined>(
    (site) => ({ method: "POST", where: path`/connectors/${id}/reconcile`, query: { project, site } }),
    [path`/connectors/${id}`],
  );
  const look = (site?: string) =>
    reconcile.mutate(site, {
      onSuccess: ({ sites }) =>
        sites.length === 0
          ? say("None of the sites can be looked through.", "warn")
          : say(
              sites.length === 1
                ? `${sites[0]} is looked through now.`
                : `${sites.length} sites are looked through now.`,
            ),
    });
  const sites = status.data?.sites ?? [];
  const canWalk = sites.some((site) => site.reconcile !== undefined);
  return (
    <section className={classes.part} aria-labelledby="sites">
      <div className={classes.head}>
        <h2 id="sites">Sites</h2>
        {mayWrite && canWalk && sites.length > 1 && (
          <Button size="xs" variant="default" loading={reconcile.isPending} onClick={() => look()}>
            Reconcile all now
          </Button>
        )}
      </div>
      {reconcile.error && <Problem error={reconcile.error} />}
      {/* What was known before stays, with what is wrong now above it. */}
      {status.data !== undefined && status.error && (
        <Problem error={status.error} again={() => void status.refetch()} />
      )}
      {stateOf(status, "Asking the connector") ??
        (sites.length === 0 ? (
          <Empty title="The connector has no site of this project any more." />
        ) : (
          <ul className={classes.sites}>
            {sites.map((site) => (
              <SiteCard
                key={site.site}
                site={site}
                isBusy={reconcile.isPending}
                {...(mayWrite && { look: () => look(site.site) })}
              />
            ))}
          </ul>
        ))}
    </section>
  );
}

function SiteCard({
  site,
  isBusy,
  look,
}: {
  readonly site: Site;
  readonly isBusy: boolean;
  readonly look?: () => void;
}) {
  const { kind, word, sentence } = saySite(site);
  const { reconcile: walk, pulled_at: pulledAt } = site;
  const walked = walk && sayWalk(walk);
  const progress = walk && progressOf(walk);
  return (
    <li className={classes.site}>
      <div className={classes.siteHead}>
        <span>
          <span className={classes.siteName}>{site.site}</span> <StatusBadge kind={kind}>{word}</StatusBadge>
        </span>
        {walk && look && (
          <Button
            size="xs"
            variant="default"
            disabled={isBusy || walk.state === "walking"}
            onClick={look}
            aria-label={`Reconcile now: ${site.site}`}
          >
            Reconcile now
          </Button>
        )}
      </div>
      <p className={classes.line}>{sentence}</p>
      {walk && walked && (
        <div role="status">
          <p className={classes.line}>
            <StatusBadge kind={walked.kind}>{walked.word}</StatusBadge> {walked.sentence}
          </p>
          {walk.state === "walking" && (
            <Progress
              value={(progress ?? 1) * 100}
              animated={progress === undefined}
              aria-label={`${site.site}: how far the look through everything is`}
              mt="xs"
            />
          )}
        </div>
      )}
      <p className={`${classes.line} ${classes.dimmed}`}>
        {pulledAt === undefined ? (
          "Not asked for events yet."
        ) : (
          <>
            Asked for events <Ago at={pulledAt} />.
          </>
        )}
        {walk?.finished_at !== undefined && (
          <>
            {" "}
            Looked through everything <Ago at={walk.finished_at} />.
          </>
        )}
      </p>
    </li>
  );
}
