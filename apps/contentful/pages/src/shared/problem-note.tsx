import { Button } from "@contentful/f36-button";
import { Note } from "@contentful/f36-note";
import type { Problem } from "../api/problem.ts";

/** Says what went wrong, and offers to try again where that may help. */
export function ProblemNote({ problem, again }: { readonly problem: Problem; readonly again?: () => void }) {
  return (
    <div role="alert">
      <Note variant="negative" title={problem.title}>
        {problem.detail !== undefined && <div className="wrap">{problem.detail}</div>}
        <div className="quiet">{problem.code}</div>
        {again && (
          <Button size="small" onClick={again} className="gap-above">
            Try again
          </Button>
        )}
      </Note>
    </div>
  );
}
