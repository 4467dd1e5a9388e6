import { useSyncExternalStore } from "react";
import { KINDS, type Kind } from "./kind.ts";
import classes from "./say.module.css";

/** Long enough to be read twice. */
const SHOWN_MS = 7_000;

interface Sentence {
  readonly id: number;
  readonly text: string;
  readonly kind: Kind;
}

let sentences: readonly Sentence[] = [];
let count = 0;
const listeners = new Set<() => void>();

/** Says in a corner, and to screen readers, that something was done. What has to be acted on belongs into the page. */
export function say(text: string, kind: Kind = "good"): void {
  count += 1;
  const sentence = { id: count, text, kind };
  change([...sentences, sentence].slice(-3));
  setTimeout(() => change(sentences.filter((each) => each !== sentence)), SHOWN_MS);
}

function change(next: readonly Sentence[]): void {
  sentences = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Where sentences are shown; once, beside the pages. */
export function Said() {
  const all = useSyncExternalStore(subscribe, () => sentences);
  return (
    <div className={classes.all} role="status" aria-live="polite">
      {all.map(({ id, text, kind }) => (
        <div key={id} className={classes.one} style={KINDS[kind]}>
          {text}
        </div>
      ))}
    </div>
  );
}
