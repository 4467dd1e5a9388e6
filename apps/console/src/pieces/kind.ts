import type { CSSProperties } from "react";

const kind = (name: string) =>
  ({ "--colour": `var(--freshet-${name})`, "--ground": `var(--freshet-${name}-ground)` }) as CSSProperties;

/** What something says at a glance, with its colours as custom properties. */
export const KINDS = {
  good: kind("good"),
  busy: kind("busy"),
  warn: kind("warn"),
  bad: kind("bad"),
  idle: kind("idle"),
} as const;

export type Kind = keyof typeof KINDS;
