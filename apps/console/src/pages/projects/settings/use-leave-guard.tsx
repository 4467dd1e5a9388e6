import { type ReactNode, useEffect, useState } from "react";
import { useNavigate } from "react-router";
import { ConfirmDialog } from "../../../pieces/confirm-dialog.tsx";

/**
 * Asks before a link leads away from changes that are not saved. Closing the page is asked about by the browser; other ways out, such as
 * choosing another project, keep the changes until somebody comes back.
 */
export function useLeaveGuard(isDirty: boolean, within: string, discard: () => void): ReactNode {
  const [wanted, setWanted] = useState<string>();
  const navigate = useNavigate();
  useEffect(() => {
    if (!isDirty) return;
    const unload = (event: BeforeUnloadEvent) => event.preventDefault();
    const click = (event: MouseEvent) => {
      const isPlain =
        event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
      const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
      const to = isPlain ? placeOf(link) : undefined;
      if (to === undefined || to.startsWith(within)) return;
      event.preventDefault();
      event.stopPropagation();
      setWanted(to);
    };
    window.addEventListener("beforeunload", unload);
    // In front of the link itself.
    document.addEventListener("click", click, true);
    return () => {
      window.removeEventListener("beforeunload", unload);
      document.removeEventListener("click", click, true);
    };
  }, [isDirty, within]);
  return (
    <ConfirmDialog
      isOpen={wanted !== undefined}
      title="Leave without saving?"
      action="Discard and leave"
      isDangerous
      confirmed={() => {
        const to = wanted;
        setWanted(undefined);
        discard();
        if (to !== undefined) void navigate(to);
      }}
      closed={() => setWanted(undefined)}
    >
      <p>The changes to these settings are not saved. They are lost if you leave.</p>
    </ConfirmDialog>
  );
}

/** Where a link leads inside of the console, below its base; undefined for every other one. */
function placeOf(link: Element | null): string | undefined {
  if (!(link instanceof HTMLAnchorElement) || link.target === "_blank") return undefined;
  const { origin, pathname, search, hash } = new URL(link.href);
  if (origin !== window.location.origin || !pathname.startsWith("/console")) return undefined;
  if (hash !== "" && pathname === window.location.pathname) return undefined;
  return (pathname.slice("/console".length) || "/") + search;
}
