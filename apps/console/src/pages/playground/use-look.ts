import { useEffect, useState } from "react";
import { useSettled } from "./hooks.ts";
import { type Found, type Look, NOTHING, readLook, type Spelling, writeLook } from "./look.ts";

/** Where the page's own address keeps what is looked at. */
const PARAMETER = "url";
const REST_MS = 300;

/** What is looked at, kept in the address of the page so that the address shares it. */
export function useLook(spelling: Spelling, isV6: boolean) {
  const [found, setFound] = useState<Found>(() => fromAddress(isV6) ?? { look: NOTHING, notes: [] });
  const { look, notes, proven } = found;
  // Addresses keep what asks for nothing too: whoever set it sees it set.
  const written = look.original === "" ? undefined : writeLook(look, { ...spelling, keepsNeutral: true });
  const target = proven ?? written;
  const settled = useSettled(target, REST_MS);
  useEffect(() => {
    const { pathname, search } = window.location;
    const query = new URLSearchParams(search);
    if (settled === undefined) query.delete(PARAMETER);
    else query.set(PARAMETER, settled);
    const text = query.toString();
    window.history.replaceState(window.history.state, "", text === "" ? pathname : `${pathname}?${text}`);
  }, [settled]);
  return {
    look,
    notes,
    proven,
    change: (next: Look) => setFound({ look: next, notes: [] }),
    /** Looks at what a delivery URL says; false where it names no picture. */
    follow(url: string): boolean {
      const read = readLook(url, { v6: isV6 });
      if (read) setFound(read);
      return read !== undefined;
    },
  };
}

function fromAddress(v6: boolean): Found | undefined {
  const target = new URLSearchParams(window.location.search).get(PARAMETER);
  return target === null ? undefined : readLook(target, { v6 });
}
