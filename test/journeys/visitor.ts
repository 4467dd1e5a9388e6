import { setTimeout as pause } from "node:timers/promises";
import { addVersion, readVersion } from "@freshet/core";
import { isShade, type Shade, shadeOf } from "../support/origin.ts";

/** What browsers of three generations accept, by the format they then get. */
const ACCEPT = {
  avif: "image/avif,image/webp,*/*;q=0.8",
  webp: "image/webp,*/*;q=0.8",
  jpeg: "*/*",
} as const;
const WIDTHS = [120, 240, 360, 480] as const;

/** One request of a visitor. */
export interface Visit {
  readonly url: string;
  readonly format: keyof typeof ACCEPT;
}

/** A picture as a page shows it. */
export interface PageImage {
  readonly src: string;
  readonly srcset: readonly string[];
}

/** What a visitor got. */
export interface View extends Visit {
  /** When the visitor asked; milliseconds since the epoch. */
  readonly begun: number;
  readonly status: number;
  readonly type: string | null;
  /** Whether Varnish answered from its cache. */
  readonly isHit: boolean;
  /** The colour in the middle of the picture. */
  readonly shade: Shade;
}

/** Twelve variants of the picture behind a delivery URL, under that URL's own version. */
export function variantsOf(url: string): readonly Visit[] {
  const version = readVersion(url);
  if (version === undefined) throw new Error(`${url} carries no version.`);
  const [plain = ""] = url.split("?");
  return WIDTHS.flatMap((width) => eachFormat(addVersion(`${plain}?w=${width}`, version)));
}

/** What the page itself makes a browser ask for: the URLs of `src` and `srcset` as they stand. */
export function ownVisitsOf({ src, srcset }: PageImage): readonly Visit[] {
  return [...new Set([src, ...srcset])].flatMap(eachFormat);
}

const eachFormat = (url: string): readonly Visit[] =>
  (Object.keys(ACCEPT) as Visit["format"][]).map((format) => ({ url, format }));

/** Makes the requests, all at once. */
export function see(visits: readonly Visit[]): Promise<readonly View[]> {
  return Promise.all(
    visits.map(async ({ url, format }) => {
      const begun = Date.now();
      const answer = await fetch(url, { headers: { accept: ACCEPT[format] } });
      const bytes = new Uint8Array(await answer.arrayBuffer());
      return {
        url,
        format,
        begun,
        status: answer.status,
        type: answer.headers.get("content-type"),
        isHit: /(^|, )varnish; hit(;|$)/.test(answer.headers.get("cache-status") ?? ""),
        shade: await shadeOf(bytes),
      };
    }),
  );
}

/** Visitors who make these requests again and again, ten times a second, until they are told to leave. */
export function gather(visits: readonly Visit[]): { leave(): Promise<readonly View[]> } {
  let isOver = false;
  const stay = async () => {
    const views: View[] = [];
    while (!isOver) {
      views.push(...(await see(visits)));
      await pause(100);
    }
    return views;
  };
  const staying = stay();
  staying.catch(() => {}); // Whoever sends them away hears it.
  return {
    leave() {
      isOver = true;
      return staying;
    },
  };
}

/** The views that are not this colour in the format asked for: none is what a test wants. */
export function othersThan(shade: Shade, views: readonly View[]): readonly View[] {
  return views.filter(
    (view) => view.status !== 200 || view.type !== `image/${view.format}` || !isShade(view.shade, shade),
  );
}

/** The first image of a page whose URL names this file, which is percent-encoded there. */
export function imageOf(page: string, name: string): PageImage {
  const tag = page.match(new RegExp(`<img [^>]*src="[^"]*/${encodeURIComponent(name)}[^>]*>`))?.[0];
  if (tag === undefined) throw new Error(`The page shows no ${name} but ${page.match(/<img [^>]*>/g)}`);
  // Between two parameters stands an ampersand, which HTML writes in one of these ways.
  const attribute = (key: string) =>
    (tag.match(new RegExp(` ${key}="([^"]*)"`))?.[1] ?? "").replaceAll(/&(?:amp|#0?38);/g, "&");
  const srcset = attribute("srcset")
    .split(",")
    .map((candidate) => candidate.trim().split(/\s+/)[0] ?? "")
    .filter((url) => url !== "");
  return { src: attribute("src"), srcset };
}
