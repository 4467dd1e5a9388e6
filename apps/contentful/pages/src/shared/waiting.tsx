import { Spinner } from "@contentful/f36-spinner";

/** Holds the place of what is not there yet. */
export function Waiting({ what }: { readonly what: string }) {
  return (
    <div className="waiting" role="status">
      <Spinner size="small" aria-hidden="true" />
      <span>{what}</span>
    </div>
  );
}
