import { Ago } from "../../../pieces/date-time.tsx";
import { stateOf } from "../../../pieces/states.tsx";
import { useLastOfAll, useReach } from "../journal.ts";
import { writeSpan } from "../span.ts";
import classes from "./form.module.css";

/** What an invalidation of everything does, and what it costs. */
export function CostOfAll({ project }: { readonly project: string }) {
  const reach = useReach(project, true);
  const last = useLastOfAll(project, true).data?.invalidations[0];
  return (
    <>
      <h3 className={classes.heading}>What it costs</h3>
      {stateOf(reach, "Counting instances and nodes")}
      {reach.data && (
        <ul className={classes.costs}>
          <li>
            <strong>{counted(reach.data.instances.length, "instance")}</strong> and{" "}
            <strong>{counted(reach.data.nodes.length, "node")}</strong> of the CDN forget everything that is
            cached for <strong>{project}</strong>.
          </li>
          <li>
            Each image is read from its origin again when it is next asked for.{" "}
            <strong>The first requests take longer</strong>, and the origin has more to do for a while.
          </li>
          <li>Variants of images whose bytes are the same are not made again.</li>
          {last?.done_at && (
            <li>
              The last one (<Ago at={last.done_at} />) was done within{" "}
              {writeSpan(last.stages[0]?.at, last.done_at)}.
            </li>
          )}
        </ul>
      )}
    </>
  );
}

const counted = (count: number, what: string) => `${count.toLocaleString()} ${what}${count === 1 ? "" : "s"}`;
