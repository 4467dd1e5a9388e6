import type { Kind } from "../../pieces/kind.ts";

/** One server process, as `GET /instances` lists it. */
export interface Instance {
  readonly name: string;
  readonly role: string;
  readonly lag: number;
  readonly state: string;
  /** Null while it catches up after its start. */
  readonly applied: number | null;
  readonly started_at: string;
  readonly seen_at: string;
}

export interface InstanceList {
  /** The newest number of the journal. */
  readonly head: number;
  readonly instances: readonly Instance[];
}

const ROLES: Readonly<Record<string, string>> = {
  all: "delivers and controls",
  delivery: "delivers pictures",
  control: "carries invalidations through",
};

export const sayRole = (role: string): string =>
  (Object.hasOwn(ROLES, role) ? ROLES[role] : undefined) ?? role;

/** How one instance is. */
export function sayInstance({ state, applied }: Instance): {
  readonly kind: Kind;
  readonly word: string;
  readonly sentence: string;
} {
  if (state === "skipped") {
    const sentence = "An invalidation went on without it: it answers nothing from its caches.";
    return { kind: "bad", word: "Skipped", sentence };
  }
  if (applied === null) return { kind: "busy", word: "Starting", sentence: "It reads the journal." };
  if (state === "behind") return { kind: "warn", word: "Behind", sentence: "" };
  if (state === "current") return { kind: "good", word: "Current", sentence: "" };
  return { kind: "idle", word: state, sentence: "" };
}

/** How all of them are together. */
export function sayAll({ head, instances }: InstanceList): {
  readonly kind: Kind;
  readonly title: string;
  readonly sentence: string;
} {
  const skipped = instances.filter(({ state }) => state === "skipped").length;
  const behind = instances.filter(({ state }) => state !== "current").length;
  const sentence = `The journal's newest number is ${head.toLocaleString()}.`;
  const count = (of: number) => (of === 1 ? "One instance" : `${of.toLocaleString()} instances`);
  if (skipped > 0)
    return { kind: "bad", title: `${count(skipped)} did not keep up and must catch up first.`, sentence };
  if (behind > 0)
    return { kind: "busy", title: `${count(behind)} of ${instances.length} still to follow.`, sentence };
  const title =
    instances.length === 1 ? "The one instance follows." : `All ${instances.length} instances follow.`;
  return { kind: "good", title, sentence };
}
