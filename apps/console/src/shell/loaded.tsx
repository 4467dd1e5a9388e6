import { type ComponentType, useEffect, useState } from "react";
import { matchPath } from "react-router";
import { PAGES, type PageEntry } from "../pages/index.tsx";
import { Waiting } from "../pieces/states.tsx";

const READY = new Map<PageEntry, ComponentType>();

/** Loads a page; one that is there is not loaded again, one that could not be had may be asked for again. */
async function load(page: PageEntry): Promise<ComponentType> {
  const shown = READY.get(page) ?? (await page.load());
  READY.set(page, shown);
  return shown;
}

/** Begins to load what the first address leads to, while it is still asked who looks. */
export function usePageEarly(location: string): void {
  useState(() => {
    const page = PAGES.find(({ path }) => matchPath(path, location));
    if (page) load(page).catch(() => {}); // whoever shows it, says so
  });
}

/** Shows a page as soon as it is there. React's own way to wait holds a page that came quickly back for 300 ms. */
export function Loaded({ page }: { readonly page: PageEntry }) {
  const [state, setState] = useState<{
    readonly Shown?: ComponentType | undefined;
    readonly error?: unknown;
  }>(() => ({ Shown: READY.get(page) }));
  useEffect(() => {
    let isWanted = true;
    load(page).then(
      (Shown) => isWanted && setState({ Shown }),
      (error: unknown) =>
        isWanted && setState({ error: error ?? new Error("The page could not be loaded.") }),
    );
    return () => {
      isWanted = false;
    };
  }, [page]);
  const { Shown, error } = state;
  if (error !== undefined) throw error;
  return Shown ? <Shown /> : <Waiting what="Loading" />;
}
