import { Notice } from "../../../pieces/notice.tsx";
import { Problem } from "../../../pieces/states.tsx";
import type { Signing } from "../signed.ts";

/** Says that the project takes signed URLs alone, and whether whoever looks may have them signed. */
export function SignedNotice({ signing }: { readonly signing: Signing }) {
  const { mayTry, error } = signing;
  if (error) return <Problem error={error} />;
  return (
    <Notice kind={mayTry ? "busy" : "warn"} title="This project delivers signed URLs only.">
      {mayTry
        ? "What you see is asked for by a URL that the server signs for you. Every change makes another signature."
        : "Your rights do not reach to signing URLs, so no picture can be shown. Paste a URL that is signed, or ask for the right to write."}
    </Notice>
  );
}
