import type { InvalidationEntry } from "@freshet/core";
import { CopyButton } from "../../../pieces/copy-button.tsx";
import classes from "./details.module.css";

/** The entry as the API gives it, for tickets. */
export function RawEntry({ entry }: { readonly entry: InvalidationEntry }) {
  const text = JSON.stringify(entry, null, 2);
  return (
    <section aria-labelledby="raw" className={classes.section}>
      <div className={classes.stageHead}>
        <h2 id="raw" className={classes.title}>
          As the API gives it
        </h2>
        <CopyButton text={text} what="JSON of the entry" label="Copy JSON" />
      </div>
      <details>
        <summary>Show the JSON</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard. */}
        <pre className={classes.raw} tabIndex={0}>
          {text}
        </pre>
      </details>
    </section>
  );
}
