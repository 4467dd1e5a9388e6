import { useLocation } from "react-router";
import { useNamedProject } from "../../shell/place.ts";
import { periodIn } from "./period.ts";

/** The pages of analytics, by the last part of their address. */
export const AREAS = {
  "": "Overview",
  volumetry: "Volumetry",
  optimization: "Optimization",
  delivery: "Delivery",
  top: "Top ranking",
  logs: "Logs",
} as const;
export type Area = keyof typeof AREAS;

export const isArea = (text: string): text is Area => Object.hasOwn(AREAS, text);

/** The address of a page of analytics, of a project or of the installation. */
export function placeOf(project: string | undefined, rest = "", query = ""): string {
  const base = project === undefined ? "/analytics" : `/p/${encodeURIComponent(project)}/analytics`;
  return `${base}${rest === "" ? "" : `/${rest}`}${query === "" ? "" : `?${query}`}`;
}

/** Addresses of pages of analytics about what is looked at now: the same project, the same period. */
export function usePlaces(): (rest: string, query?: Readonly<Record<string, string>>) => string {
  const project = useNamedProject();
  const period = periodIn(useLocation().search);
  return (rest, query = {}) => {
    const all = new URLSearchParams(period);
    for (const [name, value] of Object.entries(query)) all.set(name, value);
    return placeOf(project, rest, all.toString());
  };
}

/** From so many characters on only the begin of a URL is kept, with "…" at its end. */
const LONGEST_URL = 1_000;

/** Where the playground shows a delivery URL; undefined for what is none, or not the whole of one. */
export function playgroundOf(project: string, url: string): string | undefined {
  const isCut = url.length >= LONGEST_URL && url.endsWith("…");
  if (project === "" || !url.startsWith("/") || isCut) return undefined;
  return `/p/${encodeURIComponent(project)}/playground?${new URLSearchParams({ url })}`;
}
