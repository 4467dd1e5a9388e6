import { Badge, type BadgeVariant } from "@contentful/f36-badge";

const VARIANTS: Readonly<Record<string, BadgeVariant>> = {
  published: "positive",
  done: "positive",
  "nothing-to-do": "secondary",
  received: "primary",
  invalidating: "primary",
  running: "primary",
  wanted: "primary",
  unpublished: "warning",
  archived: "secondary",
  deleted: "negative",
  failed: "negative",
  blocked: "negative",
};

const WORDS: Readonly<Record<string, string>> = {
  "nothing-to-do": "nothing to do",
  unknown: "not published",
};

/** A state as a word in its colour. */
export function StateBadge({ state }: { readonly state: string }) {
  return (
    <Badge className="badge" variant={VARIANTS[state] ?? "secondary"}>
      {WORDS[state] ?? state}
    </Badge>
  );
}
