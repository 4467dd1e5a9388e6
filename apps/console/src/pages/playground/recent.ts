import { useGet } from "../../api/hooks.ts";
import { readLook } from "./look.ts";

interface UrlPage {
  readonly rows: readonly { readonly url: string }[];
}

const PAGE = 100;
const MOST = 12;

/** Originals that the project was asked for last, as its URLs write them; empty where nobody counts. */
export function useRecentOriginals(project: string): readonly string[] {
  const { data } = useGet<UrlPage>("/stats/logs/urls", { query: { project, limit: PAGE } });
  return originalsIn(data?.rows ?? []);
}

/** The originals of some delivery URLs, each once, in their order. */
export function originalsIn(rows: UrlPage["rows"]): readonly string[] {
  const originals = rows.flatMap(({ url }) => readLook(url)?.look.original ?? []);
  return [...new Set(originals)].slice(0, MOST);
}
