import { type RefObject, useEffect } from "react";
import { useLocation } from "react-router";

/** Where the reader arrived last; undefined before the first page, which the browser itself announces. */
let arrived: string | undefined;

/**
 * Whoever follows a link inside the console is told where they are, as a browser would do: the title of the document is the page's,
 * and the focus is on its heading. What changes below the same path (filters, a later title) moves nothing.
 */
export function useArrival(heading: RefObject<HTMLElement | null>, title: string): void {
  const { pathname: location } = useLocation();
  useEffect(() => {
    document.title = `${title} · Freshet`;
  }, [title]);
  useEffect(() => {
    const before = arrived;
    arrived = location;
    if (before === undefined || before === location) return;
    window.scrollTo(0, 0);
    heading.current?.focus({ preventScroll: true });
  }, [heading, location]);
}
