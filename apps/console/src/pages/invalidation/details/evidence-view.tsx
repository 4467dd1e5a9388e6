import type { InvalidationEntry } from "@freshet/core";
import { hasEnded } from "../words.ts";
import classes from "./details.module.css";
import { sentencesOf } from "./evidence.ts";
import { SampleTable } from "./sample-table.tsx";

/** What Done rests on: what nodes were asked, what they served, and whether the origin gave other bytes. */
export function EvidenceView({ entry }: { readonly entry: InvalidationEntry }) {
  const { evidence, sequence } = entry;
  return (
    <section aria-labelledby="evidence" className={classes.section}>
      <h2 id="evidence" className={classes.title}>
        Evidence
      </h2>
      {evidence === null ? (
        <p className={classes.dim}>
          {hasEnded(entry.status) ? "Nothing was written down." : "It is gathered when the nodes are purged."}
        </p>
      ) : (
        <>
          <ul className={classes.sentences}>
            {sentencesOf(evidence, entry).map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
          {evidence.probes.samples && evidence.probes.samples.length > 0 && (
            <SampleTable samples={evidence.probes.samples} sequence={sequence} />
          )}
        </>
      )}
    </section>
  );
}
