import type { ReactNode } from "react";

/** Holds what may be wider than the page; people without a pointer scroll it by the arrow keys. */
export function ScrollBox({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by the keyboard.
    <section className="scroll gap-above" tabIndex={0} aria-label={label}>
      {children}
    </section>
  );
}
