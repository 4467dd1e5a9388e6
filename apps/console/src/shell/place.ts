import { useEffect } from "react";
import { useLocation } from "react-router";
import { useProjects } from "../api/projects.ts";

const KEPT = "freshet-project";

/** The project that the address names; undefined on pages of the installation. */
export function useNamedProject(): string | undefined {
  const { pathname: location } = useLocation();
  const name = /^\/p\/([^/]+)/.exec(location)?.[1];
  return name === undefined ? undefined : decode(name);
}

/** The project that links of the navigation lead to: the one on the page, else the last one there was, else the first. */
export function useCurrentProject(): string | undefined {
  const named = useNamedProject();
  const { data } = useProjects();
  useEffect(() => {
    if (named !== undefined) keep(named);
  }, [named]);
  if (named !== undefined) return named;
  const names = data?.projects.map(({ name }) => name) ?? [];
  const kept = read();
  return kept !== undefined && names.includes(kept) ? kept : names[0];
}

/** The same page of another project, or its beginning where the page is about one thing of this project. */
export function placeInProject(location: string, project: string): string {
  const area = /^\/p\/[^/]+\/([^/]+)/.exec(location)?.[1] ?? "invalidation";
  return `/p/${encodeURIComponent(project)}/${area}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

// A browser may keep nothing; then nothing is remembered.
function keep(name: string): void {
  try {
    localStorage.setItem(KEPT, name);
  } catch {}
}

function read(): string | undefined {
  try {
    return localStorage.getItem(KEPT) ?? undefined;
  } catch {
    return undefined;
  }
}
