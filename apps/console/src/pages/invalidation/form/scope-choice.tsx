import { Button, Radio } from "@mantine/core";
import { useState } from "react";
import classes from "./form.module.css";
import type { FormScope } from "./wish.ts";

const USUAL: readonly FormScope[] = ["original", "all"];
const MORE: readonly FormScope[] = ["folder", "tags", "urls"];

const NAMES: Readonly<Record<FormScope, readonly [name: string, description: string]>> = {
  original: ["Original", "Single images, each with all its variants."],
  all: ["All", "Everything that is cached for this project."],
  folder: ["Folder", "Every image whose path begins so."],
  tags: ["Tags", "Every image to which a rule of the project gives the tag."],
  urls: ["Exact URLs", "Single variants, by their URL with its parameters."],
};

export interface ScopeChoiceProps {
  readonly scope: FormScope;
  readonly chosen: (scope: FormScope) => void;
}

/** The scope of an invalidation: the two that everybody needs, and further ones for who looks for them. */
export function ScopeChoice({ scope, chosen }: ScopeChoiceProps) {
  const [isOpen, setOpen] = useState(false);
  const hasMore = isOpen || MORE.includes(scope);
  const shown = hasMore ? [...USUAL, ...MORE] : USUAL;
  return (
    <Radio.Group
      label="Scope"
      value={scope}
      onChange={(value) => {
        const next = shown.find((each) => each === value);
        if (next !== undefined) chosen(next);
      }}
    >
      <div className={classes.scopes}>
        {shown.map((each) => (
          <Radio key={each} value={each} label={NAMES[each][0]} description={NAMES[each][1]} />
        ))}
        {!hasMore && (
          <Button
            variant="subtle"
            size="compact-sm"
            className={classes.moreScopes ?? ""}
            onClick={() => setOpen(true)}
          >
            More scopes
          </Button>
        )}
      </div>
    </Radio.Group>
  );
}
