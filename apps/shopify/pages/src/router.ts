import { swap } from "./swap.ts";

/** What a page is given. */
export interface Visit {
  readonly url: URL;
  /** Aborted when the page is left. */
  readonly signal: AbortSignal;
  /** Shows these instead of what was shown; whoever was focused still is, if it has the same `data-key`. */
  show(...nodes: readonly Node[]): void;
  /** Does it every so many milliseconds until the page is left, while somebody looks at it. */
  every(ms: number, work: () => void): void;
}

export type Page = (visit: Visit) => void;

let leave = new AbortController();
let shown = "";
let route: (visit: Visit) => void = () => {};

/** Shows the page of the address, now and whenever it becomes another one: by a link, by going back, by Shopify's navigation. */
export function startRouter(find: (path: string) => Page): void {
  route = (visit) => find(visit.url.pathname)(visit);
  document.addEventListener("click", follow);
  // What App Bridge sends when somebody chooses a page in Shopify's own navigation.
  document.addEventListener("shopify:navigate", (event) => {
    const href = event.target instanceof Element ? event.target.getAttribute("href") : null;
    if (href !== null) go(href);
  });
  addEventListener("popstate", () => open(false));
  open(false);
}

/** Goes to a page of the app; to another site nobody is led by this. */
function go(href: string): void {
  const url = new URL(href, location.href);
  if (url.origin !== location.origin || url.pathname + url.search === shown) return;
  history.pushState(null, "", url.pathname + url.search);
  open(true);
}

/** Writes what the page shows into its address, so that a reload shows it again. */
export function rename(url: URL): void {
  shown = url.pathname + url.search;
  history.replaceState(null, "", shown);
}

function open(isMove: boolean): void {
  leave.abort();
  leave = new AbortController();
  const { signal } = leave;
  const url = new URL(location.href);
  shown = url.pathname + url.search;
  const mount = document.getElementById("page");
  if (mount === null) return;
  document.getElementById("overlay")?.replaceChildren();
  let isFirst = isMove;
  route({
    url,
    signal,
    show(...nodes) {
      if (signal.aborted) return;
      swap(mount, nodes);
      if (isFirst) {
        // Who moves by keyboard goes on at the top of the new page.
        mount.tabIndex = -1;
        mount.focus({ preventScroll: true });
        scrollTo(0, 0);
        isFirst = false;
      }
    },
    every(ms, work) {
      const timer = setInterval(() => {
        if (!document.hidden) work();
      }, ms);
      signal.addEventListener("abort", () => clearInterval(timer));
    },
  });
}

/** A click on anything that leads to a page of the app, without one of the keys that mean another tab. */
function follow(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey)
    return;
  for (const each of event.composedPath()) {
    if (!(each instanceof Element)) continue;
    const href = each.getAttribute("href");
    if (href === null) continue;
    if (!href.startsWith("/") || href.startsWith("//")) return;
    event.preventDefault();
    go(href);
    return;
  }
}
