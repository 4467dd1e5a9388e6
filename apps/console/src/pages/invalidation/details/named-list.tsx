import type { InvalidationEntry } from "@freshet/core";
import { Button } from "@mantine/core";
import { useState } from "react";
import { namedBy } from "../named.ts";
import classes from "./details.module.css";

/** So many are shown at first: an entry may name 1,000. */
const FIRST = 20;

/** What it names, as it was sent. */
export function NamedList({ entry }: { readonly entry: InvalidationEntry }) {
  const [isAll, setAll] = useState(false);
  const named = namedBy(entry);
  const shown = isAll ? named : named.slice(0, FIRST);
  return (
    <section aria-labelledby="named" className={classes.section}>
      <h2 id="named" className={classes.title}>
        {named.length === 0 ? "What it names" : `What it names (${named.length.toLocaleString()})`}
      </h2>
      {named.length === 0 ? (
        <p>Everything of the project.</p>
      ) : (
        <ul className={classes.named}>
          {shown.map((each, at) => (
            // The same may be named twice.
            // biome-ignore lint/suspicious/noArrayIndexKey: the list of one entry never changes.
            <li key={at}>
              <code>{each}</code>
            </li>
          ))}
        </ul>
      )}
      {shown.length < named.length && (
        <Button variant="default" size="xs" className={classes.more ?? ""} onClick={() => setAll(true)}>
          Show all {named.length.toLocaleString()}
        </Button>
      )}
    </section>
  );
}
